/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Line numbers that a change to a source file does not move. */
#ifndef BUILDER_LINES_H
#define BUILDER_LINES_H

/*
 * The new text with #line directives put in, so that each line which was there
 * before has the number it had.  __LINE__ is expanded by the preprocessor and
 * ends up in code and bug frames, so a line inserted at the top of a file
 * would otherwise change half of its functions.
 *
 * A directive stands only where it is harmless (lexline_boundary()); a line
 * between such places may keep a moved number.  Behind every conditional
 * directive the number is said again, because a #line in a branch that is not
 * compiled has no effect.  Lines that are new count on from the line before.
 * Less the #line directives the result is the new text, byte for byte.
 * Release with free().
 */
char *lines_keep(const char *old_text, const char *new_text);

#endif /* BUILDER_LINES_H */
