/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "common/keystore.h"

#include <openssl/err.h>
#include <openssl/ui.h>
#include <stdlib.h>
#include <string.h>

#include "common/file.h"

#define PASSWORD_MAX 4096u

/* Gives the password that was read, and only to a question for one. */
static int answer(UI *ui, UI_STRING *question)
{
    const char *password = UI_get0_user_data(ui);

    switch ( UI_get_string_type(question) )
    {
    case UIT_PROMPT:
    case UIT_VERIFY:
        return UI_set_result(ui, question, password) == 0;
    default:
        return 1;
    }
}

static int read_password(struct xs_store *store, const char *path,
                         struct xs_error *err)
{
    uint8_t *bytes;
    size_t size;

    if ( xs_file_read(path, PASSWORD_MAX, &bytes, &size, err) )
        return -1;
    store->password = (char *)bytes;
    store->password[strcspn(store->password, "\r\n")] = '\0';
    store->ui = UI_create_method("password from a file");
    if ( !store->ui || UI_method_set_reader(store->ui, answer) )
        return xs_fail(err, XS_FAILED, "out of memory");
    return 0;
}

int xs_store_open(struct xs_store *store, const char *where,
                  const struct xs_key_source *source, struct xs_error *err)
{
    int rc = 0;

    memset(store, 0, sizeof(*store));
    ERR_clear_error();
    if ( source && source->password )
        rc = read_password(store, source->password, err);
    if ( !rc )
    {
        store->ctx =
            OSSL_STORE_open(where, store->ui ? store->ui : UI_OpenSSL(),
                            store->password, NULL, NULL);
        if ( !store->ctx )
        {
            rc = xs_crypto_fail(err, XS_FAILED, "cannot be opened");
            if ( strchr(where, ':') )
                xs_hint(err, "--provider names the OpenSSL provider that "
                             "knows such a URI");
        }
    }
    if ( rc )
        xs_store_close(store);
    return rc;
}

void xs_store_close(struct xs_store *store)
{
    if ( store->ctx )
        OSSL_STORE_close(store->ctx);
    if ( store->ui )
        UI_destroy_method(store->ui);
    if ( store->password )
        OPENSSL_cleanse(store->password, strlen(store->password));
    free(store->password);
    memset(store, 0, sizeof(*store));
}
