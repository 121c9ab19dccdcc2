/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "builder/patchinfo.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "builder/memory.h"

static size_t line_length(const char *line)
{
    return strcspn(line, "\n");
}

static const char *next_line(const char *line)
{
    line += line_length(line);
    return line + (*line == '\n');
}

static bool is_blank(const char *line)
{
    return line[strspn(line, " \t\r")] == '\n' || !line[strspn(line, " \t\r")];
}

/* Where the diff, or what git writes between message and diff, begins. */
static bool ends_message(const char *line)
{
    return str_begins(line, "diff ") || str_begins(line, "Index: ") ||
           str_begins(line, "--- ") || str_begins(line, "---\n") ||
           str_begins(line, "---\r");
}

/* "Word-Word: " and "From 0123abcd Mon ...": a header of a mail or a commit. */
static bool is_header(const char *line)
{
    static const char *const words[] = {
        "From ",
        "From: ",
        "Date: ",
        "Subject: ",
        "To: ",
        "Cc: ",
        "Author: ",
        "AuthorDate: ",
        "commit ",
        "Message-Id: ",
        "MIME-Version: ",
        "Content-Type: ",
        "Commit: ",
        "CommitDate: ",
        "Message-ID: ",
        "X-",
        "Content-Transfer-Encoding: ",
    };
    size_t i;

    for ( i = 0; i < sizeof(words) / sizeof(*words); i++ )
        if ( str_begins(line, words[i]) )
            return true;
    return false;
}

/* The value of a header with its folded lines, on one line. */
static char *header_value(const char *line, const char *name)
{
    const char *value = line + strlen(name), *next = next_line(line);
    char *text = str_first(value, line_length(value)), *more;

    while ( (*next == ' ' || *next == '\t') && !is_blank(next) )
    {
        more = xs_printf("%s %.*s", text,
                         (int)line_length(next + strspn(next, " \t")),
                         next + strspn(next, " \t"));
        free(text);
        text = more;
        next = next_line(next);
    }
    return text;
}

/* Less the "[PATCH v2 1/3]" before it and blanks around it. */
static char *clean_subject(char *subject)
{
    const char *p = subject + strspn(subject, " \t");
    size_t n;
    char *clean;

    while ( *p == '[' && strchr(p, ']') )
    {
        p = strchr(p, ']') + 1;
        p += strspn(p, " \t");
    }
    for ( n = strlen(p); n && isspace((unsigned char)p[n - 1]); n-- )
        ;
    clean = str_first(p, n);
    free(subject);
    return clean;
}

/* Takes the value, unless there is one already. */
static void set_once(char **to, char *value)
{
    if ( *to )
        free(value);
    else
        *to = value;
}

static const char *read_headers(const char *at, struct patchinfo *out)
{
    while ( is_header(at) || *at == ' ' || *at == '\t' )
    {
        if ( str_begins(at, "Subject: ") )
            set_once(&out->subject,
                     clean_subject(header_value(at, "Subject: ")));
        else if ( str_begins(at, "From: ") )
            set_once(&out->author, header_value(at, "From: "));
        else if ( str_begins(at, "Author: ") )
            set_once(&out->author, header_value(at, "Author: "));
        at = next_line(at);
    }
    return at;
}

/* Lines up to the diff, less blank ones at both ends and git's indent. */
static char *read_message(const char *at, bool indented)
{
    const char *line;
    char *text = NULL;
    size_t size, kept = 0;
    FILE *to = open_memstream(&text, &size);

    if ( !to )
        abort();
    while ( *at && is_blank(at) )
        at = next_line(at);
    for ( ; *at && !ends_message(at); at = next_line(at) )
    {
        line = indented && str_begins(at, "    ") ? at + 4 : at;
        fwrite(line, 1, line_length(line), to);
        if ( !is_blank(at) )
            kept = ftell(to);
        fputc('\n', to);
    }
    if ( fclose(to) )
        abort();
    text[kept] = '\0';
    return text;
}

static void find_labels(const char *text, struct strv *labels)
{
    static const char *const kinds[] = { "CVE-", "XSA-" };
    const char *p;
    size_t i, n;

    for ( i = 0; i < sizeof(kinds) / sizeof(*kinds); i++ )
        for ( p = text; (p = strcasestr(p, kinds[i])); p += n ? n : 4 )
        {
            char *label, *c;

            n = 4 + strspn(p + 4, "0123456789-");
            while ( n > 4 && p[n - 1] == '-' )
                n--;
            if ( n == 4 || (p > text && isalnum((unsigned char)p[-1])) )
                continue;
            label = str_first(p, n);
            for ( c = label; *c; c++ )
                *c = toupper((unsigned char)*c);
            strv_add_once(labels, label);
            free(label);
        }
    strv_sort(labels);
}

void patchinfo_read(const char *text, struct patchinfo *out)
{
    const char *at = text;
    bool commit = str_begins(text, "commit ");
    char *first;

    memset(out, 0, sizeof(*out));
    at = read_headers(at, out);
    out->message = read_message(at, commit);
    if ( !out->subject )
    {
        first = out->message;
        out->subject = clean_subject(str_first(first, line_length(first)));
        out->message = read_message(next_line(first), false);
        free(first);
    }
    if ( !out->author )
        out->author = xs_strdup("");
    find_labels(out->subject, &out->labels);
    find_labels(out->message, &out->labels);
}

void patchinfo_free(struct patchinfo *info)
{
    free(info->subject);
    free(info->author);
    free(info->message);
    strv_free(&info->labels);
    memset(info, 0, sizeof(*info));
}
