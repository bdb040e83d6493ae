# 100 MB of comment, sparse on the disk until it is read.
yes '# filler of a file that is far too large to be a scenario' 2>/dev/null | head -c 100000000 >"$temp/huge.yaml"
"$simulate" "$temp/huge.yaml"
