/*
** wrong_names.h: names that people know from other libraries.
*/
#ifndef HARNEST_WRONG_NAMES_H
#define HARNEST_WRONG_NAMES_H

/*
** Returns what a name probably means that harnest does not have: `url` for `baseURL`; NULL for
** names that are not in the table. Case, `_` and `-` do not count.
**   prefix  what comes before the name in usage errors, such as "option "
*/
const char *wrong_name_meant(const char *prefix, const char *name);

#endif
