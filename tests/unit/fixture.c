/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/fixture.h"

#include <stdio.h>
#include <stdlib.h>

#include "engine/user/host.h"

const char *fixture_path(const char *name)
{
    static char path[4096];
    const char *dir = getenv("FIXTURES");

    if ( !dir )
    {
        fprintf(stderr, "FIXTURES is not set: run the tests with meson\n");
        abort();
    }
    snprintf(path, sizeof(path), "%s/%s", dir, name);

    return path;
}

uint8_t *fixture_bytes(const char *name, size_t *size)
{
    FILE *f = fopen(fixture_path(name), "rb");
    uint8_t *bytes;

    if ( !f || fseek(f, 0, SEEK_END) )
    {
        perror(fixture_path(name));
        abort();
    }
    *size = ftell(f);
    rewind(f);
    bytes = malloc(*size);
    if ( !bytes || fread(bytes, 1, *size, f) != *size )
        abort();
    fclose(f);

    return bytes;
}

int fixture_host(void **state)
{
    struct xs_error err = { 0 };

    if ( !host_open(fixture_path("hv-syms"), &err) )
        return 0;
    xs_error_print(stderr, "fixture", &err);

    return -1;
}

int fixture_host_gone(void **state)
{
    host_close();

    return 0;
}
