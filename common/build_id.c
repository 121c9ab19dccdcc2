/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "common/build_id.h"

#include <stdlib.h>
#include <string.h>

bool xs_build_id_equal(const struct xs_build_id *a,
                       const struct xs_build_id *b)
{
    return a->len && a->len == b->len && !memcmp(a->bytes, b->bytes, a->len);
}

bool xs_build_id_set(struct xs_build_id *id, const void *bytes, size_t n)
{
    id->len = 0;
    if ( !n || n > sizeof(id->bytes) )
        return false;
    memcpy(id->bytes, bytes, n);
    id->len = n;
    return true;
}

char *xs_build_id_hex(const struct xs_build_id *id, char *hex)
{
    static const char digit[] = "0123456789abcdef";
    unsigned int i;

    for ( i = 0; i < id->len; i++ )
    {
        hex[2 * i] = digit[id->bytes[i] >> 4];
        hex[2 * i + 1] = digit[id->bytes[i] & 15];
    }
    hex[2 * i] = '\0';
    return hex;
}

/* Not isxdigit(): that depends on the locale. */
static int digit_value(char c)
{
    if ( c >= '0' && c <= '9' )
        return c - '0';
    if ( c >= 'a' && c <= 'f' )
        return c - 'a' + 10;
    if ( c >= 'A' && c <= 'F' )
        return c - 'A' + 10;
    return -1;
}

bool xs_build_id_parse(struct xs_build_id *id, const char *hex, size_t len)
{
    struct xs_build_id read = { 0 };
    size_t i;

    if ( !len || len % 2 || len / 2 > sizeof(read.bytes) )
        return false;
    for ( i = 0; i < len; i += 2 )
    {
        int high = digit_value(hex[i]), low = digit_value(hex[i + 1]);

        if ( high < 0 || low < 0 )
            return false;
        read.bytes[read.len++] = high << 4 | low;
    }
    *id = read;
    return true;
}

bool xs_ids_have(const struct xs_ids *ids, const struct xs_build_id *id)
{
    size_t i;

    for ( i = 0; i < ids->n; i++ )
        if ( xs_build_id_equal(&ids->id[i], id) )
            return true;
    return false;
}

bool xs_ids_add(struct xs_ids *ids, const struct xs_build_id *id)
{
    struct xs_build_id *more;

    if ( xs_ids_have(ids, id) )
        return true;
    more = reallocarray(ids->id, ids->n + 1, sizeof(*more));
    if ( !more )
        return false;
    ids->id = more;
    ids->id[ids->n++] = *id;
    return true;
}

bool xs_ids_parse(struct xs_ids *ids, const char *text)
{
    while ( *text )
    {
        size_t len = strcspn(text, ",");
        struct xs_build_id id;

        if ( !xs_build_id_parse(&id, text, len) || !xs_ids_add(ids, &id) )
            return false;
        text += len;
        if ( *text == ',' && !*++text )
            return false;
    }
    return true;
}

char *xs_ids_text(const struct xs_ids *ids)
{
    char *text = malloc(ids->n * XS_HEX_MAX + 1), *end = text;
    size_t i;

    if ( !text )
        return NULL;
    *end = '\0';
    for ( i = 0; i < ids->n; i++ )
    {
        if ( i )
            *end++ = ',';
        end += strlen(xs_build_id_hex(&ids->id[i], end));
    }
    return text;
}

void xs_ids_free(struct xs_ids *ids)
{
    free(ids->id);
    ids->id = NULL;
    ids->n = 0;
}
