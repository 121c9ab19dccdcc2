/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "builder/dwtypes.h"

#include <dwarf.h>
#include <stdlib.h>
#include <string.h>

#include "builder/dwarffile.h"
#include "builder/memory.h"

/* Types nested deeper than this, by pointers or unnamed, are cut off. */
#define DEPTH 12

/* How a type is written out. */
enum style {
    LAYOUT,    /* what counts for the bytes: functions are all alike */
    SIGNATURE, /* with the types of parameters and results */
};

static char *type_text(Dwarf_Die *of, enum style style, int depth);

static const char *tag_word(int tag)
{
    return tag == DW_TAG_structure_type ? "struct"
           : tag == DW_TAG_union_type   ? "union"
                                        : "enum";
}

static bool is_aggregate(Dwarf_Die *die)
{
    return dwarf_tag(die) == DW_TAG_structure_type ||
           dwarf_tag(die) == DW_TAG_union_type;
}

static bool is_tagged(Dwarf_Die *die)
{
    return is_aggregate(die) || dwarf_tag(die) == DW_TAG_enumeration_type;
}

/* The DIE that DW_AT_type leads to, as it is; false: void. */
static bool type_of(Dwarf_Die *of, Dwarf_Die *type)
{
    Dwarf_Attribute attr;

    return dwarf_attr_integrate(of, DW_AT_type, &attr) &&
           dwarf_formref_die(&attr, type);
}

static bool is_qualifier(int tag)
{
    return tag == DW_TAG_const_type || tag == DW_TAG_volatile_type ||
           tag == DW_TAG_restrict_type || tag == DW_TAG_atomic_type;
}

/*
 * The type without qualifiers and typedefs.  *name becomes the innermost
 * typedef's name, by which a type without a tag is known; else NULL.
 */
static bool peeled_type(Dwarf_Die *of, Dwarf_Die *type, const char **name)
{
    Dwarf_Die at = *of;

    *name = NULL;
    do
    {
        if ( !type_of(&at, type) )
            return false;
        at = *type;
        if ( dwarf_tag(type) == DW_TAG_typedef )
            *name = dwarf_diename(type);
    } while ( dwarf_tag(type) == DW_TAG_typedef ||
              is_qualifier(dwarf_tag(type)) );
    return true;
}

static uint64_t number(Dwarf_Die *die, unsigned int attribute, uint64_t none)
{
    Dwarf_Attribute attr;
    Dwarf_Word value;

    return dwarf_attr_integrate(die, attribute, &attr) &&
                   !dwarf_formudata(&attr, &value)
               ? value
               : none;
}

static uint64_t type_size(Dwarf_Die *type)
{
    Dwarf_Word size;

    return dwarf_aggregate_size(type, &size) ? 0 : size;
}

/* Takes both texts. */
static char *joined(char *a, char *b)
{
    char *both = xs_printf("%s%s", a, b);

    free(a);
    free(b);
    return both;
}

static char *array_text(Dwarf_Die *array, enum style style, int depth)
{
    char *text = type_text(array, style, depth + 1);
    Dwarf_Die dim;
    int rc;

    for ( rc = dwarf_child(array, &dim); !rc;
          rc = dwarf_siblingof(&dim, &dim) )
        if ( dwarf_tag(&dim) == DW_TAG_subrange_type )
        {
            uint64_t n = number(&dim, DW_AT_upper_bound, UINT64_MAX) + 1;

            n = number(&dim, DW_AT_count, n);
            text = joined(text, n ? xs_printf("[%llu]", (unsigned long long)n)
                                  : xs_strdup("[]"));
        }
    return text;
}

static char *function_text(Dwarf_Die *function, int depth)
{
    char *text =
        joined(type_text(function, SIGNATURE, depth + 1), xs_strdup(" ("));
    bool first = true;
    Dwarf_Die parameter;
    int rc;

    for ( rc = dwarf_child(function, &parameter); !rc;
          rc = dwarf_siblingof(&parameter, &parameter) )
    {
        text = joined(text, xs_strdup(first ? "" : ", "));
        first = false;
        text = joined(text, dwarf_tag(&parameter) == DW_TAG_formal_parameter
                                ? type_text(&parameter, SIGNATURE, depth + 1)
                                : xs_strdup("..."));
    }
    return joined(text, xs_strdup(")"));
}

static void add_members(struct dw_type *to, Dwarf_Die *aggregate,
                        const char *prefix, int64_t base, int depth);
static void members_free(struct dw_type *type);

/* A type that has no name is what is in it. */
static char *unnamed_text(Dwarf_Die *type, int depth)
{
    struct dw_type inner;
    char *text = xs_printf("%s {", tag_word(dwarf_tag(type)));
    size_t i;

    memset(&inner, 0, sizeof(inner));
    if ( is_aggregate(type) )
        add_members(&inner, type, "", 0, depth + 1);
    for ( i = 0; i < inner.nr; i++ )
        text = joined(text, xs_printf(" %s %s@%lld;", inner.member[i].type,
                                      inner.member[i].name,
                                      (long long)inner.member[i].at));
    members_free(&inner);
    return joined(text, xs_strdup(" }"));
}

/* The type of OF in words; two types that are written alike are the same. */
static char *type_text(Dwarf_Die *of, enum style style, int depth)
{
    const char *name, *alias;
    Dwarf_Die type;

    if ( !peeled_type(of, &type, &alias) )
        return xs_strdup("void");
    if ( depth > DEPTH )
        return xs_strdup("...");
    name = dwarf_diename(&type);
    switch ( dwarf_tag(&type) )
    {
    case DW_TAG_pointer_type:
        return joined(type_text(&type, style, depth + 1), xs_strdup(" *"));
    case DW_TAG_array_type:
        return array_text(&type, style, depth);
    case DW_TAG_subroutine_type:
        return style == LAYOUT ? xs_strdup("function")
                               : function_text(&type, depth);
    case DW_TAG_structure_type:
    case DW_TAG_union_type:
    case DW_TAG_enumeration_type:
        if ( name )
            return xs_printf("%s %s", tag_word(dwarf_tag(&type)), name);
        return alias ? xs_strdup(alias) : unnamed_text(&type, depth);
    default:
        return xs_strdup(name ? name : "?");
    }
}

static bool is_integer(Dwarf_Die *type)
{
    switch ( dwarf_tag(type) )
    {
    case DW_TAG_enumeration_type:
        return true;
    case DW_TAG_base_type:
        switch ( number(type, DW_AT_encoding, 0) )
        {
        case DW_ATE_signed:
        case DW_ATE_signed_char:
        case DW_ATE_unsigned:
        case DW_ATE_unsigned_char:
            return true;
        }
    }
    return false;
}

/*
 * A structure or union of one member that fills it is stored as the member:
 * page table entries and frame numbers are wrapped so, to be told apart.
 */
static Dwarf_Die unwrapped(Dwarf_Die type)
{
    for ( ;; )
    {
        Dwarf_Die die, only, inner;
        const char *alias;
        size_t n = 0;
        int rc;

        for ( rc = is_aggregate(&type) ? dwarf_child(&type, &die) : 1; !rc;
              rc = dwarf_siblingof(&die, &die) )
            if ( dwarf_tag(&die) == DW_TAG_member )
            {
                only = die;
                n++;
            }
        if ( n != 1 || dwarf_hasattr(&only, DW_AT_bit_size) ||
             !peeled_type(&only, &inner, &alias) ||
             type_size(&inner) != type_size(&type) )
            return type;
        type = inner;
    }
}

static struct dw_member *add_member(struct dw_type *to, char *name, int64_t at)
{
    struct dw_member *m;

    to->member = xs_grow(to->member, to->nr, sizeof(*to->member));
    m = &to->member[to->nr++];
    memset(m, 0, sizeof(*m));
    m->name = name;
    m->at = at;
    return m;
}

static void describe(struct dw_member *m, Dwarf_Die *of, Dwarf_Die *type,
                     int depth)
{
    Dwarf_Die core = unwrapped(*type);

    m->type = type_text(of, LAYOUT, depth);
    m->integer = is_integer(&core);
    if ( strstr(m->type, "function") )
        m->function = type_text(of, SIGNATURE, depth);
}

/*
 * Bits from the start of the aggregate: as DWARF 5 says it, or, for bit-fields
 * up to DWARF 3, counted from the high end of the storage unit.
 */
static int64_t member_at(Dwarf_Die *die, uint64_t bits, uint64_t type_bytes)
{
    uint64_t at = 8 * number(die, DW_AT_data_member_location, 0);

    if ( dwarf_hasattr(die, DW_AT_bit_offset) )
        return at + 8 * number(die, DW_AT_byte_size, type_bytes) - bits -
               number(die, DW_AT_bit_offset, 0);
    return at + number(die, DW_AT_data_bit_offset, 0);
}

static void add_members(struct dw_type *to, Dwarf_Die *aggregate,
                        const char *prefix, int64_t base, int depth)
{
    Dwarf_Die die;
    int rc;

    for ( rc = dwarf_child(aggregate, &die); !rc;
          rc = dwarf_siblingof(&die, &die) )
    {
        const char *name = dwarf_diename(&die), *alias;
        uint64_t size, bits;
        Dwarf_Die type;
        int64_t at;

        if ( dwarf_tag(&die) != DW_TAG_member ||
             !peeled_type(&die, &type, &alias) )
            continue;
        size = type_size(&type);
        bits = number(&die, DW_AT_bit_size, 8 * size);
        at = base + member_at(&die, bits, size);
        if ( is_aggregate(&type) && !dwarf_diename(&type) && !alias &&
             depth < DEPTH )
        {
            char *inner =
                name ? xs_printf("%s%s.", prefix, name) : xs_strdup(prefix);

            add_members(to, &type, inner, at, depth + 1);
            free(inner);
        }
        else
        {
            struct dw_member *m = add_member(
                to, xs_printf("%s%s", prefix, name ? name : ""), at);

            m->bits = bits;
            describe(m, &die, &type, depth);
        }
    }
}

static void add_constants(struct dw_type *to, Dwarf_Die *enumeration)
{
    Dwarf_Die die;
    int rc;

    for ( rc = dwarf_child(enumeration, &die); !rc;
          rc = dwarf_siblingof(&die, &die) )
    {
        Dwarf_Attribute attr;
        Dwarf_Sword value;

        if ( dwarf_tag(&die) == DW_TAG_enumerator &&
             dwarf_attr(&die, DW_AT_const_value, &attr) &&
             !dwarf_formsdata(&attr, &value) )
            add_member(to, xs_strdup(dwarf_diename(&die)), value);
    }
}

static struct dw_type *add_type(struct dw_types *to, enum dw_kind kind,
                                char *key, uint64_t size)
{
    struct dw_type *t;

    to->v = xs_grow(to->v, to->n, sizeof(*to->v));
    t = &to->v[to->n];
    memset(t, 0, sizeof(*t));
    t->kind = kind;
    t->key = key;
    t->size = size;
    t->order = to->n++;
    return t;
}

static void add_definition(struct dw_types *to, Dwarf_Die *die, char *key)
{
    bool aggregate = is_aggregate(die);
    struct dw_type *t =
        add_type(to, aggregate ? DW_AGGREGATE : DW_ENUM, key, type_size(die));

    if ( aggregate )
        add_members(t, die, "", 0, 0);
    else
        add_constants(t, die);
}

/* Each constant of an enumeration without a tag, by itself. */
static void add_unnamed_enum(struct dw_types *to, Dwarf_Die *die,
                             const char *scope)
{
    struct dw_type all;
    size_t i;

    memset(&all, 0, sizeof(all));
    add_constants(&all, die);
    for ( i = 0; i < all.nr; i++ )
    {
        char *key = xs_printf("constant %s%s", all.member[i].name, scope);
        struct dw_type *t = add_type(to, DW_ENUM, key, type_size(die));

        add_member(t, xs_strdup(all.member[i].name), all.member[i].at);
    }
    members_free(&all);
}

static void read_tagged(struct dw_types *to, Dwarf_Die *die, const char *scope)
{
    const char *name = dwarf_diename(die);

    if ( dwarf_hasattr(die, DW_AT_declaration) )
        return;
    if ( name )
        add_definition(
            to, die,
            xs_printf("%s %s%s", tag_word(dwarf_tag(die)), name, scope));
    else if ( !is_aggregate(die) )
        add_unnamed_enum(to, die, scope);
}

static void read_typedef(struct dw_types *to, Dwarf_Die *die,
                         const char *scope)
{
    const char *alias;
    Dwarf_Die type;

    /* One of a typedef of the type is the other's business. */
    if ( peeled_type(die, &type, &alias) && is_aggregate(&type) &&
         !dwarf_diename(&type) && !alias )
        add_definition(to, &type,
                       xs_printf("%s%s", dwarf_diename(die), scope));
}

static void read_variable(struct dw_types *to, Dwarf_Die *die)
{
    const char *name = dwarf_diename(die), *alias;
    struct dw_type *t;
    Dwarf_Die type;

    if ( !name || dwarf_hasattr(die, DW_AT_declaration) ||
         !dwarf_hasattr(die, DW_AT_location) ||
         !peeled_type(die, &type, &alias) )
        return;
    t = add_type(to, DW_VARIABLE, xs_printf("variable %s", name),
                 type_size(&type));
    describe(add_member(t, xs_strdup(""), 0), die, &type, 0);
}

static void read_children(struct dw_types *to, Dwarf_Die *parent,
                          const char *scope)
{
    Dwarf_Die die;
    int rc;

    for ( rc = dwarf_child(parent, &die); !rc;
          rc = dwarf_siblingof(&die, &die) )
        switch ( dwarf_tag(&die) )
        {
            char *inner;

        case DW_TAG_typedef:
            read_typedef(to, &die, scope);
            break;
        case DW_TAG_variable:
            if ( !*scope )
                read_variable(to, &die);
            break;
        case DW_TAG_subprogram:
            inner = xs_printf(" in %s()",
                              dwarf_diename(&die) ? dwarf_diename(&die) : "?");
            read_children(to, &die, inner);
            free(inner);
            break;
        case DW_TAG_lexical_block:
            read_children(to, &die, scope);
            break;
        default:
            if ( is_tagged(&die) )
                read_tagged(to, &die, scope);
        }
}

static int by_key(const void *a, const void *b)
{
    const struct dw_type *x = a, *y = b;
    int d = strcmp(x->key, y->key);

    return d ? d : x->order < y->order ? -1 : x->order > y->order;
}

int dw_types_read(const char *path, struct dw_types *out, struct xs_error *err)
{
    Dwarf_CU *cu = NULL;
    Dwfl *dwfl = NULL;
    Dwarf_Die die;
    Dwarf *dwarf;
    int rc = 0;

    memset(out, 0, sizeof(*out));
    dwarf = dwarf_open_object(path, &dwfl);
    if ( dwarf )
        while (
            !(rc = dwarf_get_units(dwarf, cu, &cu, NULL, NULL, &die, NULL)) )
            read_children(out, &die, "");
    if ( !dwarf || rc < 0 )
    {
        int why = dwfl_errno();

        rc = xs_fail(err, XS_FAILED, "cannot read the types in %s: %s", path,
                     why ? dwfl_errmsg(why) : "no DWARF in it");
        xs_hint(err, "the compiler must write DWARF when it is given -g");
        dw_types_free(out);
    }
    else
        rc = 0;
    if ( dwfl )
        dwfl_end(dwfl);
    if ( out->n )
        qsort(out->v, out->n, sizeof(*out->v), by_key);
    return rc;
}

static void members_free(struct dw_type *type)
{
    size_t i;

    for ( i = 0; i < type->nr; i++ )
    {
        free(type->member[i].name);
        free(type->member[i].type);
        free(type->member[i].function);
    }
    free(type->member);
}

void dw_types_free(struct dw_types *types)
{
    size_t i;

    for ( i = 0; i < types->n; i++ )
    {
        members_free(&types->v[i]);
        free(types->v[i].key);
    }
    free(types->v);
    memset(types, 0, sizeof(*types));
}
