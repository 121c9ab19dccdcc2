/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "control/objections.h"

#include <stdlib.h>
#include <string.h>

#include "common/modinfo.h"
#include "control/output.h"
#include "control/reason.h"

bool objections_add(struct objections *all, const char *id,
                    const struct xs_error *why)
{
    struct objection *more =
        reallocarray(all->one, all->n + 1, sizeof(*all->one));

    if ( !more )
        return false;
    all->one = more;
    more += all->n++;
    snprintf(more->id, sizeof(more->id), "%s", id);
    more->why = *why;
    return true;
}

bool objections_read(struct objections *all, const char *text, size_t size,
                     const char *without)
{
    struct objection *last = NULL;
    const char *s = NULL;

    while ( (s = xs_modinfo_next(text, size, s)) )
    {
        const char *value = strchr(s, '=');
        size_t key = value ? (size_t)(value++ - s) : 0;
        struct xs_error why = { XS_FAILED };

        if ( key == 9 && !strncmp(s, "reason-id", key) )
        {
            last = NULL;
            if ( without && !strcmp(value, without) )
                continue;
            why.kind = reason_kind(value);
            if ( !objections_add(all, value, &why) )
                return false;
            last = &all->one[all->n - 1];
        }
        else if ( last && key == 6 && !strncmp(s, "reason", key) )
            snprintf(last->why.what, sizeof(last->why.what), "%s", value);
        else if ( last && key == 4 && !strncmp(s, "hint", key) )
            xs_hint(&last->why, "%s", value);
    }
    return true;
}

void objections_free(struct objections *all)
{
    free(all->one);
    *all = (struct objections){ 0 };
}

void objections_number(struct objections *all, const char *number)
{
    char *what = all->one[0].why.what;
    size_t n = strlen(what);

    snprintf(what + n, sizeof(all->one[0].why.what) - n, " (%s)", number);
}

json_t *objections_json(const struct objections *all)
{
    json_t *list = json_array();
    size_t i;

    for ( i = 0; i < all->n; i++ )
        json_array_append_new(
            list, json_pack("{s:o, s:o, s:o}", "id", json_text(all->one[i].id),
                            "reason", json_text(all->one[i].why.what), "hint",
                            json_text(all->one[i].why.hint)));
    return list;
}

void objections_print(FILE *to, const struct objections *all)
{
    size_t i;

    for ( i = 0; i < all->n; i++ )
    {
        fprintf(to, "%zu. %s\n", i + 1, all->one[i].why.what);
        if ( all->one[i].why.hint[0] )
            fprintf(to, "   hint: %s\n", all->one[i].why.hint);
    }
}

int objections_fail(const struct objections *all, struct xs_error *err)
{
    const struct xs_error *first = &all->one[0].why;

    if ( all->n == 1 )
    {
        *err = *first;
        return -1;
    }
    xs_fail(err, first->kind, "%zu reasons against it; the first: %.600s",
            all->n, first->what);
    return xs_hint(err, "%s", first->hint);
}
