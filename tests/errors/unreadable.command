# Root may read everything: there, another user asks, with a copy of the program that this user can reach.
cp "$file" "$temp/secret.yaml"
chmod 000 "$temp/secret.yaml"
if [[ $(id -u) == 0 ]]; then
  chmod 755 "$scratch" "$temp"
  install -m 755 "$simulate" "$temp/simulate"
  setpriv --reuid=65534 --regid=65534 --clear-groups "$temp/simulate" "$temp/secret.yaml"
else
  "$simulate" "$temp/secret.yaml"
fi
