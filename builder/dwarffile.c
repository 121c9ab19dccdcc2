/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "builder/dwarffile.h"

Dwarf *dwarf_open_object(const char *path, Dwfl **dwfl)
{
    static const Dwfl_Callbacks callbacks = {
        .find_elf = dwfl_build_id_find_elf,
        .find_debuginfo = dwfl_standard_find_debuginfo,
        .section_address = dwfl_offline_section_address,
    };
    Dwfl_Module *module;
    Dwarf_Addr bias;

    *dwfl = dwfl_begin(&callbacks);
    if ( !*dwfl )
        return NULL;
    module = dwfl_report_offline(*dwfl, path, path, -1);
    if ( !module || dwfl_report_end(*dwfl, NULL, NULL) )
        return NULL;
    return dwfl_module_getdwarf(module, &bias);
}
