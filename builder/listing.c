/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "builder/listing.h"

#include <capstone/capstone.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "builder/describe.h"
#include "builder/memory.h"
#include "builder/special.h"
#include "builder/strv.h"
#include "builder/x86-insn.h"

struct decoder {
    csh cs;
    bool x86;
    cs_insn *insn;
    const struct atom *piece; /* whose code it is, for jumps inside */
};

/* The one place here that knows which instruction sets there are. */
static bool open_decoder(const struct object *obj, struct decoder *d)
{
    memset(d, 0, sizeof(*d));
    d->x86 = obj->arch->machine == EM_X86_64;
    if ( cs_open(d->x86 ? CS_ARCH_X86 : CS_ARCH_ARM64,
                 d->x86 ? CS_MODE_64 : CS_MODE_ARM, &d->cs) != CS_ERR_OK )
        return false;
    if ( d->x86 )
        cs_option(d->cs, CS_OPT_SYNTAX, CS_OPT_SYNTAX_ATT);
    cs_option(d->cs, CS_OPT_DETAIL, CS_OPT_ON);
    d->insn = cs_malloc(d->cs);
    return true;
}

/* A jump or call whose target is in the instruction. */
static bool is_branch(const struct decoder *d)
{
    return cs_insn_group(d->cs, d->insn, CS_GRP_BRANCH_RELATIVE);
}

/* "NAME", "NAME+0x10": what a relocation means; END is its instruction's. */
static char *name_of(const struct reloc *r, uint64_t end, bool x86,
                     int64_t *off)
{
    char *name = describe_target(r), *all;

    *off = r->target ? r->off : r->addend;
    if ( x86 && r->how && r->how->pc_rel )
        *off += end - r->offset;
    if ( !*off || *name == '"' )
        return name;
    all = xs_printf("%s%s%#llx", name, *off < 0 ? "-" : "+",
                    (unsigned long long)(*off < 0 ? -*off : *off));
    free(name);
    return all;
}

/* OPERANDS with the place that is relative to %rip said by its name. */
static char *name_memory(const char *operands, const char *name)
{
    const char *rip = strstr(operands, "(%rip)"), *start = rip;
    char *before, *all;

    if ( !rip )
        return *operands ? xs_printf("%s  # %s", operands, name)
                         : xs_printf("# %s", name);
    while ( start > operands && strchr("-0123456789abcdefx", start[-1]) )
        start--;
    before = str_first(operands, start - operands);
    all = *name == '"' ? xs_printf("%s(%%rip)%s  # %s", before, rip + 6, name)
                       : xs_printf("%s%s%s", before, name, rip);
    free(before);
    return all;
}

/* The operands before the target of a jump: "x0, " of "x0, #0x40". */
static char *before_target(const char *operands)
{
    const char *last = strrchr(operands, ' ');

    return str_first(operands, last ? last + 1 - operands : 0);
}

/* The target of a direct jump, as the decoder printed it. */
static uint64_t jump_target(const char *operands)
{
    const char *last = strrchr(operands, ' ');

    last = last ? last + 1 : operands;
    return strtoull(last + (*last == '#'), NULL, 0);
}

static bool belongs(const struct atom *piece, const struct atom *target)
{
    const struct atom *function = piece->owner ? piece->owner : piece;

    return target && (target == function || target->owner == function);
}

static void set_words(struct listing_line *line, const char *mnemonic,
                      const char *text, const char *plain)
{
    line->text = xs_printf("%s%s%s", mnemonic, *text ? " " : "", text);
    line->plain = xs_printf("%s%s%s", mnemonic, *plain ? " " : "", plain);
}

/* An instruction with a relocation: the last one, where there are several. */
static void with_reloc(struct decoder *d, struct listing_line *line,
                       uint64_t end)
{
    const struct reloc *r = &line->relocs[line->nr_relocs - 1];
    const cs_insn *insn = d->insn;
    int64_t off;
    char *name = name_of(r, end, d->x86, &off), *before, *text;

    if ( is_branch(d) )
    {
        before = before_target(insn->op_str);
        text = xs_printf("%s%s", before, name);
        if ( belongs(d->piece, r->target) )
        {
            line->leads[0] = (struct listing_place){ r->target, off };
            set_words(line, insn->mnemonic, text, before);
        }
        else
            set_words(line, insn->mnemonic, text, text);
        free(before);
    }
    else
    {
        text = name_memory(insn->op_str, name);
        set_words(line, insn->mnemonic, text, text);
    }
    free(text);
    free(name);
}

static void without_reloc(struct decoder *d, struct listing_line *line)
{
    const cs_insn *insn = d->insn;
    uint64_t to;
    char *before;

    /* What fills up to a boundary is as long as what stands before it. */
    if ( str_begins(insn->mnemonic, "nop") )
    {
        set_words(line, insn->mnemonic, insn->op_str, "");
        strcpy(line->plain, "nop");
        return;
    }
    if ( !is_branch(d) || !d->piece ||
         (to = jump_target(insn->op_str)) >= d->piece->size )
    {
        set_words(line, insn->mnemonic, insn->op_str, insn->op_str);
        return;
    }
    line->leads[0] = (struct listing_place){ d->piece, to };
    before = before_target(insn->op_str);
    set_words(line, insn->mnemonic, insn->op_str, before);
    free(before);
}

/* Bytes that the decoder does not know: one, or one word. */
static void no_instruction(struct listing_line *line, const uint8_t *code,
                           size_t n)
{
    char hex[16] = "";
    size_t i;

    for ( i = 0; i < n; i++ )
        sprintf(hex + 2 * i, "%02x", code[i]);
    set_words(line, ".byte", hex, hex);
}

/*
 * Lists SIZE bytes of code.  RELOCS are those of the section from the first
 * that may lie in them; START is the code's offset in the section.
 */
static void list_code(struct decoder *d, const uint8_t *code, size_t size,
                      uint64_t start, const struct reloc *relocs,
                      size_t nr_relocs, struct listing_part *out)
{
    uint64_t at = 0;
    size_t left = size, used = 0;
    struct listing_line *line;

    while ( left )
    {
        out->line = xs_grow(out->line, out->n, sizeof(*out->line));
        line = &out->line[out->n++];
        memset(line, 0, sizeof(*line));
        line->at = at;
        if ( !(d->x86 ? x86_next : cs_disasm_iter)(d->cs, &code, &left, &at,
                                                   d->insn) )
        {
            size_t n = d->x86 || left < 4 ? 1 : 4;

            no_instruction(line, code, n);
            code += n;
            at += n;
            left -= n;
            continue;
        }
        line->relocs = relocs + used;
        while ( used < nr_relocs && relocs[used].offset < start + at )
        {
            used++;
            line->nr_relocs++;
        }
        if ( line->nr_relocs )
            with_reloc(d, line, start + at);
        else
            without_reloc(d, line);
    }
}

static void list_piece(struct decoder *d, const struct atom *piece,
                       struct listing_part *out)
{
    memset(out, 0, sizeof(*out));
    out->piece = d->piece = piece;
    if ( piece->sec->data )
        list_code(d, piece->sec->data + piece->start, piece->size,
                  piece->start, piece->relocs, piece->nr_relocs, out);
}

/* "stac; ret": replacement code on one line. */
static char *replacement_text(struct decoder *d, const struct special *s,
                              unsigned int field)
{
    const struct section *sec = s->refs[field].sec;
    struct listing_part part = { NULL, NULL, 0 };
    char *text = xs_strdup(""), *more;
    size_t len, i = 0;
    const uint8_t *code = special_code(s, field, &len);

    d->piece = NULL;
    while ( i < sec->nr_relocs && sec->relocs[i].offset < s->refs[field].at )
        i++;
    if ( code )
        list_code(d, code, len, s->refs[field].at, sec->relocs + i,
                  sec->nr_relocs - i, &part);
    for ( i = 0; i < part.n; i++ )
    {
        more = xs_printf("%s%s%s", text, i ? "; " : "", part.line[i].text);
        free(text);
        text = more;
        free(part.line[i].text);
        free(part.line[i].plain);
    }
    free(part.line);
    return text;
}

static char *target_text(const struct special_ref *ref)
{
    struct reloc r = *ref->reloc;

    r.target = ref->target;
    return describe_target(&r);
}

/* What a pointer of an entry leads to: ", continues in f", ", \"x.c\"". */
static char *field_text(struct decoder *d, const struct special *s,
                        unsigned int i, const struct atom *function,
                        struct listing_line *line)
{
    const struct special_ref *ref = &s->refs[i];
    char *code, *text;

    switch ( special_role(s, i) )
    {
    case SPECIAL_OWNER:
        line->at = ref->target ? ref->at - ref->target->start : 0;
        line->leads[0] = (struct listing_place){ ref->target, line->at };
        return xs_strdup("");
    case SPECIAL_CODE:
        code = replacement_text(d, s, i);
        text = xs_printf(": %s", *code ? code : "nothing");
        free(code);
        return text;
    case SPECIAL_UNUSED:
        return xs_strdup("");
    case SPECIAL_CONT:
        if ( belongs(function, ref->target) )
        {
            line->leads[1] =
                (struct listing_place){ ref->target,
                                        ref->at - ref->target->start };
            return xs_strdup("");
        }
        break;
    default:
        break;
    }
    code = target_text(ref);
    text = xs_printf(": %s", code);
    free(code);
    return text;
}

/* The bytes of an entry that are no pointers, if there are any. */
static char *other_bytes(const struct special *s)
{
    char *text = xs_strdup(""), *more;
    size_t i;
    unsigned int j;

    for ( i = 0; i < s->table->size; i++ )
    {
        for ( j = 0; j < SPECIAL_FIELDS && s->table->fields[j].role; j++ )
            if ( i >= s->table->fields[j].offset &&
                 i < s->table->fields[j].offset + 4u )
                break;
        if ( j < SPECIAL_FIELDS && s->table->fields[j].role )
            continue;
        more = xs_printf("%s%s%02x", text, *text ? " " : "  # ",
                         special_byte(s, i));
        free(text);
        text = more;
    }
    return text;
}

static void list_special(struct decoder *d, const struct special *s,
                         const struct atom *function,
                         struct listing_line *line)
{
    char *words = xs_strdup(s->table->word), *field, *more;
    unsigned int i;

    for ( i = 0; i < SPECIAL_FIELDS && s->table->fields[i].role; i++ )
    {
        field = field_text(d, s, i, function, line);
        more = xs_printf("%s%s", words, field);
        free(words);
        free(field);
        words = more;
    }
    field = other_bytes(s);
    line->plain = xs_printf("%s%s", words, field);
    if ( line->leads[1].piece )
        line->text = xs_printf("%s: continues at %s%#llx%s", words,
                               line->leads[1].piece->sym ? "" : "fixup code, ",
                               (unsigned long long)line->leads[1].off, field);
    else
        line->text = xs_strdup(line->plain);
    free(field);
    free(words);
}

static void list_specials(struct decoder *d, const struct atom *function,
                          struct listing_part *out)
{
    size_t i;

    memset(out, 0, sizeof(*out));
    out->n = function->nr_specials;
    out->line = xs_calloc(out->n, sizeof(*out->line));
    for ( i = 0; i < out->n; i++ )
        list_special(d, function->specials[i], function, &out->line[i]);
}

void listing_make(const struct atom *function, struct listing *out)
{
    struct decoder d;
    size_t i;

    memset(out, 0, sizeof(*out));
    if ( !open_decoder(function->obj, &d) )
        return;
    out->part = xs_calloc(function->nr_parts + 2, sizeof(*out->part));
    list_piece(&d, function, &out->part[out->n++]);
    for ( i = 0; i < function->nr_parts; i++ )
        list_piece(&d, function->parts[i], &out->part[out->n++]);
    if ( function->nr_specials )
        list_specials(&d, function, &out->part[out->n++]);
    cs_free(d.insn, 1);
    cs_close(&d.cs);
}

void listing_free(struct listing *listing)
{
    size_t i, j;

    for ( i = 0; i < listing->n; i++ )
    {
        for ( j = 0; j < listing->part[i].n; j++ )
        {
            free(listing->part[i].line[j].text);
            free(listing->part[i].line[j].plain);
        }
        free(listing->part[i].line);
    }
    free(listing->part);
    memset(listing, 0, sizeof(*listing));
}
