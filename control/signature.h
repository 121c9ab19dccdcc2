/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signatures of files, as the verbs show them. */
#ifndef CONTROL_SIGNATURE_H
#define CONTROL_SIGNATURE_H

#include <jansson.h>
#include <stdint.h>
#include <stdio.h>

#include "engine/user/verify-signature.h"

/* The lines of 'inspect' and 'verify' about a file's signature. */
void print_signature(FILE *to, const struct verify_signature *v);
json_t *signature_json(const struct verify_signature *v);

#endif /* CONTROL_SIGNATURE_H */
