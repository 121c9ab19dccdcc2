/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "builder/html.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const char *entity(char c)
{
    switch ( c )
    {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

/*
 * The number of a character that turns directions or is not seen: U+200B to
 * U+200F, U+202A to U+202E, U+2060 to U+2069, U+FEFF.  0: it is none.
 */
static unsigned int hidden(const unsigned char *p, size_t left)
{
    unsigned int c;

    if ( left < 3 || (p[0] & 0xf0) != 0xe0 || (p[1] & 0xc0) != 0x80 ||
         (p[2] & 0xc0) != 0x80 )
        return 0;
    c = (p[0] & 0x0f) << 12 | (p[1] & 0x3f) << 6 | (p[2] & 0x3f);
    return (c >= 0x200b && c <= 0x200f) || (c >= 0x202a && c <= 0x202e) ||
                   (c >= 0x2060 && c <= 0x2069) || c == 0xfeff
               ? c
               : 0;
}

void html_bytes(FILE *to, const char *text, size_t n)
{
    const unsigned char *p = (const unsigned char *)text;
    size_t i;

    for ( i = 0; i < n; i++ )
    {
        const char *e = entity(text[i]);
        unsigned int c = hidden(p + i, n - i);

        if ( e )
            fputs(e, to);
        else if ( c )
        {
            fprintf(to, "[U+%04X]", c);
            i += 2;
        }
        else if ( (p[i] < 0x20 && p[i] != '\n' && p[i] != '\t') ||
                  p[i] == 0x7f )
            fprintf(to, "[0x%02x]", p[i]);
        else
            fputc(p[i], to);
    }
}

void html_text(FILE *to, const char *text)
{
    if ( text )
        html_bytes(to, text, strlen(text));
}

void html_put(FILE *to, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    for ( ; *fmt; fmt++ )
    {
        if ( *fmt != '%' )
        {
            fputc(*fmt, to);
            continue;
        }
        switch ( *++fmt )
        {
        case 't':
            html_text(to, va_arg(ap, const char *));
            break;
        case 's':
            fputs(va_arg(ap, const char *), to);
            break;
        case 'd':
            fprintf(to, "%d", va_arg(ap, int));
            break;
        case '%':
            fputc('%', to);
            break;
        default:
            abort();
        }
    }
    va_end(ap);
}
