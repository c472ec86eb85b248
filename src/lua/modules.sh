#!/bin/sh
# Writes the C source of the table module_texts, see modules.h.
#   src/lua/modules.sh lua/harnest/write.lua lua/harnest/loop/luv.lua …
set -eu

echo '#include "lua/modules.h"'
number=0
for file; do
  number=$((number + 1))
  echo "static const char text_${number}[] = {"
  od -An -v -td1 "$file"
  echo '};'
done | sed '/^ / { s/  */,/g; s/^,//; s/$/,/; }'
echo 'const struct module_text module_texts[] = {'
number=0
for file; do
  number=$((number + 1))
  path=${file#lua/}
  name=${path%.lua}
  while [ "$name" != "${name#*/}" ]; do
    name=${name%%/*}.${name#*/}
  done
  echo "    {\"$name\", \"@$path\", text_$number, sizeof text_$number},"
done
echo '    {NULL, NULL, NULL, 0},'
echo '};'
