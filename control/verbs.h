/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The verbs: one table gives dispatch, usage, help, and what the completion of
 * the shell is checked against.  Each verb's code is in a file of its kind.
 */
#ifndef CONTROL_VERBS_H
#define CONTROL_VERBS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/error.h"
#include "control/hypervisor.h"

/* Options that a verb may have, as bits; -q, -v, --help go with all. */
enum verb_options {
    TAKES_JSON = 1,
    TAKES_DRY_RUN = 2,
    TAKES_TIMEOUT = 4,
    TAKES_FORCE = 8,
    TAKES_FOR = 16,
    TAKES_AGAINST = 32,
    TAKES_KEY = 64,
    TAKES_SIGNING = 128, /* what sign takes besides */
    TAKES_CONFIRM = 256,
    TAKES_RETRY = 512,
};

/* What --force can be about. */
#define FORCE_LIST(X) X(DEPS, "deps", "apply or remove against dependencies")

enum force {
#define X(id, name, what) FORCE_##id,
    FORCE_LIST(X)
#undef X
        FORCE_COUNT,
};

/* What 'wait' can wait for. */
enum wanted { WANT_APPLIED, WANT_LOADED, WANT_GONE, WANT_COUNT };

struct options {
    bool json;
    bool dry_run;
    bool help;
    bool version;
    int verbosity; /* -1 quiet, 0, 1 verbose */
    bool force[FORCE_COUNT];
    uint64_t timeout; /* ns */
    uint64_t confirm; /* ns within which it is to be confirmed; 0: none */
    enum wanted wanted;
    const char *against;  /* a xen-syms file */
    const char *key;      /* file or URI */
    const char *cert;     /* file */
    const char *provider; /* of OpenSSL */
    const char *password; /* file */
    const char *output;   /* file */
    unsigned int given;   /* enum verb_options that were there */
};

/* What a verb works with. */
struct control {
    struct hypervisor *hv; /* NULL for verbs that need none */
    const char *run_dir;   /* see control/record.h */
    const char *store_dir; /* see control/store.h */
    const char *boot_id;   /* likewise */
    bool utf8;             /* the terminal shows it */
    struct options opt;
    FILE *out;   /* data, and nothing else */
    FILE *notes; /* what -v tells, and -q does not */
};

struct verb {
    const char *name;
    const char *arguments; /* as the usage shows them */
    int least, most;       /* how many there are */
    bool needs_xen;
    unsigned int options;
    const char *summary;
    const char *details;
    /* 0, or -1 with the error set; no sentence: only the status counts */
    int (*run)(struct control *c, int argc, char *const argv[],
               struct xs_error *err);
};

extern const struct verb verbs[];
extern const size_t n_verbs;

extern const char *const wanted_names[WANT_COUNT];

/*
 * Takes options, in any place, out of argv (argv[0] is the program's name) and
 * finds the verb.  *verb is NULL when --help or --version stand alone.  The
 * arguments that remain are argv[*first] on.  Error: XS_USAGE.
 */
int parse_arguments(int argc, char *argv[], struct options *opt,
                    const struct verb **verb, int *first,
                    struct xs_error *err);

/* NULL, and the error with the nearest name, when there is no such verb. */
const struct verb *find_verb(const char *name, struct xs_error *err);

void print_usage(FILE *to);
void print_verb_help(FILE *to, const struct verb *verb);

/* verb-change.c */
int verb_upload(struct control *c, int argc, char *const argv[],
                struct xs_error *err);
int verb_load(struct control *c, int argc, char *const argv[],
              struct xs_error *err);
int verb_apply(struct control *c, int argc, char *const argv[],
               struct xs_error *err);
int verb_replace(struct control *c, int argc, char *const argv[],
                 struct xs_error *err);
int verb_revert(struct control *c, int argc, char *const argv[],
                struct xs_error *err);
int verb_unload(struct control *c, int argc, char *const argv[],
                struct xs_error *err);
int verb_confirm(struct control *c, int argc, char *const argv[],
                 struct xs_error *err);
/* verb-ask.c */
int verb_check(struct control *c, int argc, char *const argv[],
               struct xs_error *err);
int verb_wait(struct control *c, int argc, char *const argv[],
              struct xs_error *err);
int verb_is_applied(struct control *c, int argc, char *const argv[],
                    struct xs_error *err);
int verb_build_id(struct control *c, int argc, char *const argv[],
                  struct xs_error *err);
/* verb-store.c */
int verb_install(struct control *c, int argc, char *const argv[],
                 struct xs_error *err);
int verb_uninstall(struct control *c, int argc, char *const argv[],
                   struct xs_error *err);
int verb_installed(struct control *c, int argc, char *const argv[],
                   struct xs_error *err);
int verb_restore(struct control *c, int argc, char *const argv[],
                 struct xs_error *err);
/* verb-deps.c */
int verb_deps(struct control *c, int argc, char *const argv[],
              struct xs_error *err);
/* verb-show.c */
int verb_list(struct control *c, int argc, char *const argv[],
              struct xs_error *err);
int verb_status(struct control *c, int argc, char *const argv[],
                struct xs_error *err);
int verb_info(struct control *c, int argc, char *const argv[],
              struct xs_error *err);
int verb_inspect(struct control *c, int argc, char *const argv[],
                 struct xs_error *err);
/* verify.c */
int verb_verify(struct control *c, int argc, char *const argv[],
                struct xs_error *err);
/* sign.c */
int verb_sign(struct control *c, int argc, char *const argv[],
              struct xs_error *err);
/* arguments.c */
int verb_help(struct control *c, int argc, char *const argv[],
              struct xs_error *err);

#endif /* CONTROL_VERBS_H */
