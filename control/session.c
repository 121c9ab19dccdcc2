/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "control/session.h"

#include <stdlib.h>
#include <string.h>

#include "control/operation.h"
#include "control/record.h"

void note(const struct control *c, int verbosity, const char *fmt, ...)
{
    va_list ap;

    if ( c->opt.verbosity < verbosity )
        return;
    va_start(ap, fmt);
    vfprintf(c->notes, fmt, ap);
    va_end(ap);
    fputc('\n', c->notes);
}

int check_name(const char *name, struct xs_error *err)
{
    size_t len = strlen(name);

    if ( len && len < XSPLICE_NAME_MAX )
        return 0;
    return xs_fail(err, XS_USAGE,
                   "a name of %zu characters: it must have 1 to %u", len,
                   XSPLICE_NAME_MAX - 1);
}

int session_begin(struct session *s, struct control *c, bool lock,
                  struct xs_error *err)
{
    char *text = NULL;
    size_t size;

    *s = (struct session){ .c = c, .lock = -2 };
    if ( lock )
    {
        s->lock = record_lock(c->run_dir, c->hv, c->opt.timeout, err);
        if ( s->lock == -1 )
            return -1;
    }
    if ( inventory_read(&s->inv, c->hv, c->run_dir, err) )
    {
        record_unlock(s->lock);
        return -1;
    }
    s->own_engine = !engine_info(c->hv, NULL, &text, &size);
    free(text);
    return 0;
}

void session_end(struct session *s)
{
    inventory_free(&s->inv);
    record_unlock(s->lock);
}

const struct loaded *session_find(struct session *s, const char *name,
                                  struct xs_error *err)
{
    const struct loaded *p = inventory_find(&s->inv, name);
    struct xsplice_op_status status;

    if ( p && is_pending(p) )
    {
        note(s->c, 1, "%s: an operation is going on, waiting", name);
        let_settle(s->c, name, &status);
        inventory_free(&s->inv);
        if ( inventory_read(&s->inv, s->c->hv, s->c->run_dir, err) )
            return NULL;
        p = inventory_find(&s->inv, name);
    }
    if ( !p )
    {
        xs_fail(err, XS_STATE, "no payload of that name is loaded");
        xs_hint(err, "'list' shows the payloads; 'upload' brings one");
    }
    return p;
}
