# What zsh offers at the end of a command line, a line each: zsh -f complete.zsh FOLDER LINE; FOLDER has _simulate.
# Completion needs a terminal, so a second zsh runs in one (zpty); there compadd writes down what it is given.
zmodload zsh/zpty
zpty driven zsh -f -i
zpty -w driven "PS1= PS2= ; fpath=(${(q)1} \$fpath); PATH=${(q)PATH}; cd ${(q)PWD}; autoload -Uz compinit; compinit -u -D
compadd() {
  if [[ \${@[1,(i)(-|--)]} == *-(O|A|D)\ * ]]; then builtin compadd \"\$@\"; return; fi
  local -a offered
  builtin compadd -O offered \"\$@\"
  print -rl -- \$offered >>${(q)1}/offered
  builtin compadd \"\$@\"
}
zstyle ':completion:*' menu no; setopt no_auto_menu no_list_beep list_ambiguous; bindkey '^I' complete-word
finish() { print done >${(q)1}/finished; }; zle -N finish; bindkey '^X' finish"
rm -f $1/offered $1/finished
sleep 0.3
zpty -w -n driven "$2"$'\t'$'\x18'
for ((i = 0; i < 100; i++)); do
  [[ -e $1/finished ]] && break
  zpty -r -t driven ignored
  sleep 0.05
done
zpty -d driven
[[ -e $1/offered ]] && cat $1/offered
exit 0
