#!/bin/sh
# Writes the C source of the table module_texts, see modules.h.
#   src/lua/modules.sh lua/harnest/write.lua lua/harnest/loop/luv.lua …
set -eu

echo '#include "lua/modules.h"'
for file; do
  name=$(echo "${file#lua/}" | sed 's/\.lua$//; s/[^A-Za-z0-9]/_/g')
  echo "static const char ${name}[] = {"
  od -An -v -td1 "$file" | sed 's/  */,/g; s/^,//; s/$/,/'
  echo '};'
done
echo 'const struct module_text module_texts[] = {'
for file; do
  path=${file#lua/}
  name=$(echo "${path%.lua}" | tr / .)
  array=$(echo "${path%.lua}" | sed 's/[^A-Za-z0-9]/_/g')
  echo "    {\"$name\", \"@$path\", $array, sizeof $array},"
done
echo '    {NULL, NULL, NULL, 0},'
echo '};'
