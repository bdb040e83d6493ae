# Root may read everything: there, another user asks.
cp "$file" "$temp/secret.yaml"
chmod 000 "$temp/secret.yaml"
if [[ $(id -u) == 0 ]]; then
  chmod 755 "$scratch" "$temp"
  setpriv --reuid=65534 --regid=65534 --clear-groups "$simulate" "$temp/secret.yaml"
else
  "$simulate" "$temp/secret.yaml"
fi
