/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The verb that signs, and what is shown of signatures. */
#include <stdlib.h>
#include <string.h>

#include "common/file.h"
#include "common/key.h"
#include "common/payload_file.h"
#include "control/signature.h"
#include "control/verbs.h"

static const char *algorithm_name(const struct xsplice_signature *head,
                                  char text[32])
{
    switch ( head->algorithm )
    {
    case XSPLICE_SIGNATURE_RSA:
        snprintf(text, 32, "RSA of %u bits", head->size * 8);
        return text;
    case XSPLICE_SIGNATURE_P256:
        return "ECDSA on P-256";
    default:
        snprintf(text, 32, "algorithm %u", head->algorithm);
        return text;
    }
}

static const char *hex(const uint8_t id[32], char text[65])
{
    unsigned int i;

    for ( i = 0; i < 32; i++ )
        snprintf(text + 2 * i, 3, "%02x", id[i]);
    return text;
}

void print_signature(FILE *to, const struct verify_signature *v)
{
    char text[65], algorithm[32];

    if ( !v->whole )
    {
        fprintf(to, "%-12s %s\n", "signature",
                v->present ? v->sentence : "none");
        return;
    }
    fprintf(to, "%-12s %s, %s\n", "signature",
            algorithm_name(&v->head, algorithm),
            v->good     ? "good"
            : v->intact ? "for these bytes"
                        : v->sentence);
    fprintf(to, "%-12s %s\n", "key", hex(v->head.key, text));
}

json_t *signature_json(const struct verify_signature *v)
{
    char text[65], algorithm[32];

    if ( !v->present )
        return json_null();
    if ( !v->whole )
        return json_pack("{s:b, s:s}", "intact", false, "reason", v->id);
    return json_pack("{s:b, s:b, s:s, s:s, s:s}", "intact", v->intact, "good",
                     v->good, "algorithm", algorithm_name(&v->head, algorithm),
                     "key", hex(v->head.key, text), "reason", v->id);
}

static int sign_file(struct control *c, const struct xs_payload *p,
                     const char *to, struct xs_error *err)
{
    const struct xs_key_source source = {
        .key = c->opt.key,
        .cert = c->opt.cert,
        .provider = c->opt.provider,
        .password = c->opt.password,
    };
    struct xs_public_key key;
    char id[65];
    uint8_t *out;
    size_t size;
    int rc = verify_sign(&source, p->bytes, p->size, &out, &size, &key, err);

    if ( rc )
        return -1;
    rc = xs_file_write(to, out, size, err);
    free(out);
    if ( !rc && c->opt.verbosity >= 0 )
        fprintf(c->notes, "%s: signed by %s, key %s\n", to, key.name,
                hex(key.id, id));
    return rc;
}

int verb_sign(struct control *c, int argc, char *const argv[],
              struct xs_error *err)
{
    struct xs_payload p;
    int rc;

    if ( !c->opt.key )
    {
        xs_fail(err, XS_USAGE, "sign wants to know with which key");
        return xs_hint(err, "--key=KEY: a file in PEM, or the URI of a key "
                            "in a token (with --provider)");
    }
    if ( xs_payload_read(&p, argv[0], err) )
        return xs_context(err, "sign");
    rc = sign_file(c, &p, c->opt.output ? c->opt.output : argv[0], err);
    xs_payload_free(&p);
    return rc ? xs_context(err, "sign %s", argv[0]) : 0;
}
