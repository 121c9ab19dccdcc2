/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Just enough of C's translation phases 2 to 4, line by line: where a line of
 * source stands with respect to comments, continued lines, preprocessing
 * directives and parentheses.
 */
#ifndef BUILDER_LEXLINE_H
#define BUILDER_LEXLINE_H

#include <stdbool.h>
#include <stddef.h>

/* Conditionals nested deeper than this are not told apart. */
#define LEXLINE_NEST 64

/* The state between two lines.  All zero at the beginning of a file. */
struct lexline {
    bool in_comment;   /* inside of a block comment */
    bool continued;    /* the line before ended in a backslash */
    bool in_directive; /* the line goes on with a directive begun before */
    bool in_line_comment;
    char in_string; /* quote of a literal that a backslash carries on */
    int depth;      /* open parentheses outside of directives */
    bool unsure;    /* branches of a conditional disagree about depth */
    int nest;       /* open conditionals */
    struct {
        int before; /* depth at the #if */
        int deepest;
        bool uneven;
    } cond[LEXLINE_NEST];
    bool conditional; /* the line just read was #if, #else, #endif, ... */
    bool directive;   /* the line just read is, or belongs to, a directive */
    bool code;        /* the line just read has more than comments */
    int braces;       /* open braces outside of directives */
    bool ends;        /* the line just read ends a declaration of the file */
};

/* Reads one line of n bytes; the line end need not be among them. */
void lexline_read(struct lexline *lex, const char *line, size_t n);

/*
 * Whether a directive may be put between the line read last and the next one:
 * not in a comment, a continued line, a directive, or between parentheses,
 * where the arguments of a macro might be (a directive there is undefined).
 */
bool lexline_boundary(const struct lexline *lex);

/*
 * The text less its comments and with each run of white space made one blank;
 * directives keep a line each.  Two texts with the same code differ in
 * nothing that the compiler sees but line numbers.  Release with free().
 */
char *lexline_code(const char *text);

#endif /* BUILDER_LEXLINE_H */
