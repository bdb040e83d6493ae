#!/usr/bin/env bash
# Requests that are far too large end within 5 s of CPU and 1 GB, with an error that names what is too large (exit 2 or 3).
#   tests/robust/limits.sh PROGRAM
set -uo pipefail

simulate=$(realpath "${1:?usage: limits.sh PROGRAM}") || exit 2
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$root" || exit 2
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
quick=scenarios/quickstart.yaml
rails=fleet.0.topology=dgx_h100_rail_ndr400
failures=0

# refused WORDS ARGUMENTS...: the program refuses the arguments with a message that has WORDS, in time and in memory.
refused() {
  local words=$1 status=0
  shift
  (ulimit -v 1048576 -t 5 && exec timeout --signal=KILL 60 "$simulate" "$@") </dev/null >"$scratch/out" 2>"$scratch/err" || status=$?
  if ((status != 2 && status != 3)); then
    printf 'exit %d instead of 2 or 3: %s\n' "$status" "$*"
  elif ! grep -qF -- "$words" "$scratch/err"; then
    printf 'does not say "%s": %s\n' "$words" "$*"
  elif [[ -s $scratch/out ]]; then
    printf 'prints data before the error: %s\n' "$*"
  else
    return 0
  fi
  head -n 5 "$scratch/err"
  failures=$((failures + 1))
}

model_of() { printf 'model={id: huge, layers: %s, hidden: %s, heads: 32, ffn_hidden: 128, vocabulary: 100, context: 4096}' "$1" "$2"; }

# Counts in a scenario.
refused 'fleet.0.count: must be at most' "$quick" --set fleet.0.count=1000000000000
refused '5 chips in nodes' "$quick" --set fleet.0.count=99999995
refused 'model.layers: must be at most' "$quick" --set "$(model_of 1000000000 64)"
refused 'more passes than the simulator takes' "$quick" --set "$(model_of 100000 64)"
refused 'out of memory' "$quick" --set "$(model_of 10000 64000)" --set training.global_batch=4
refused 'model.hidden: must be at most' "$quick" --set "$(model_of 2 1e15)"
refused 'parallel.vpp: must be at most' "$quick" --set parallel.vpp=1000000000
refused 'virtual stages' "$quick" --set parallel.vpp=99999999
refused 'chips of the fleet' "$quick" --set parallel.pp=99999999
refused 'training.global_batch: must be at most' "$quick" --set training.global_batch=1000000000000000000
refused 'more passes than the simulator takes' "$quick" --set training.global_batch=1000000000
refused 'training.sequence_length: must be at most' "$quick" --set training.sequence_length=1000000000000
refused 'out of memory' "$quick" --set training.sequence_length=16777216
refused 'training.tokens: must be at most' "$quick" --set training.tokens=1e30
refused 'longer than 200 years' "$quick" --set training.tokens=1e18
refused 'uncertainty.samples: must be at most' "$quick" --set uncertainty.samples=1000000000
refused 'placement.shares' "$quick" --set 'placement={by: stages, shares: [100000000]}'
refused 'parallel.recompute_layers: must be at most' "$quick" --set parallel.recompute_layers=1000000000000
refused 'there is no chip 100000000' "$quick" --set 'degrade=[{chip: 100000000, factor: 0.5}]'
refused '--event-budget' "$quick" --no-fold --event-budget 1e5 --set fleet.0.count=65536 --set "$rails" \
  --set parallel.dp=32768 --set training.global_batch=32768

# Topologies.
node='usual_chip: H100-SXM5-80GB'
refused 'node.chips: must be at most' "$quick" --set "fleet.0.topology={node: {chips: 1000000000, $node}}"
refused 'nodes_per_pod: must be at most' "$quick" --set \
  'fleet.0.topology={node: {like: dgx-h100}, fabric: {kind: fat_tree, network: infiniband-ndr, nodes_per_pod: 1000000000}}'
refused 'node.nics' "$quick" --set "fleet.0.topology={node: {like: dgx-h100, nics: 1000000000}}"
refused 'dimensions' "$quick" --set "fleet.0.topology={node: {like: dgx-h100, scale_up: torus, dimensions: [1000000000, 1000000000, 1000000000]}}"
refused '--chips' topology dgx_h100_rail_ndr400 --chips 1000000000
refused 'memory' topology dgx_h100_rail_ndr400 --chips 100000000

# Files.
deep=$scratch/deep.yaml
{ printf 'schema_version: '; head -c 1000000 /dev/zero | tr '\0' '['; } >"$deep"
refused 'deep.yaml:1:18: error: a key must be a text' "$deep"
{ for ((level = 0; level < 1000; ++level)); do printf '%*sa:\n' "$level" ''; done; } >"$deep"
refused 'deep.yaml:65:65: error: more than 64 levels of nesting' "$deep"
truncate --size=1G "$scratch/scalar.yaml"
refused 'larger than 4 MB' "$scratch/scalar.yaml"
{ printf 'name: "'; head -c 3900000 /dev/zero | tr '\0' 'x'; printf '"\n'; } >"$scratch/name.yaml"
refused 'required key is missing' "$scratch/name.yaml"
{ printf 'schema_version: '; head -c 3900000 /dev/zero | tr '\0' '9'; } >"$scratch/digits.yaml"
refused 'digits.yaml:1:17: error: schema_version' "$scratch/digits.yaml"
{ for ((key = 0; key < 90000; ++key)); do printf 'k%d: 1\n' "$key"; done; } >"$scratch/keys.yaml"
refused 'keys.yaml:1:1: error: k0: unknown key' "$scratch/keys.yaml"
{
  echo 'a: &a [x, x, x, x, x, x, x, x, x, x]'
  for pair in ab bc cd de ef fg gh hi; do
    printf '%s: &%s [*%s, *%s, *%s, *%s, *%s, *%s, *%s, *%s, *%s]\n' "${pair:1}" "${pair:1}" "${pair:0:1}" \
      "${pair:0:1}" "${pair:0:1}" "${pair:0:1}" "${pair:0:1}" "${pair:0:1}" "${pair:0:1}" "${pair:0:1}" "${pair:0:1}"
  done
} >"$scratch/laughs.yaml"
refused 'laughs.yaml:1:4: error: anchors' "$scratch/laughs.yaml"
refused 'larger than 4 MB' /dev/zero
{ printf 'stages: ["'; for ((task = 0; task < 200000; ++task)); do printf 'F%d ' "$task"; done; printf '"]\n'; } \
  >"$scratch/schedule.yaml"
refused 'micro_batches: required key is missing' schedule --file "$scratch/schedule.yaml"
refused '256 MB' calibrate "$quick" --log /dev/zero

# Graphs and XML.
{ echo '<graphml><graph edgedefault="undirected">' && seq 1000000 | sed 's#.*#<node id="&"/>#' && echo '</graph></graphml>'; } \
  >"$scratch/nodes.graphml"
refused 'more than 500,000 vertices' topology "$scratch/nodes.graphml"
{ echo 'graph {' && seq 1000000 && echo '}'; } >"$scratch/nodes.dot"
refused 'more than 500,000 vertices' topology "$scratch/nodes.dot"
{ echo 'graph { {' && seq 3000 && echo '} -- {' && seq 3001 6000 && echo '} }'; } >"$scratch/edges.dot"
refused 'more than 2,000,000 edges' topology "$scratch/edges.dot"
{ printf 'graph '; head -c 1000000 /dev/zero | tr '\0' '{'; } >"$scratch/deep.dot"
refused 'more than 64 levels' topology "$scratch/deep.dot"
seq 1000000 | sed 's#.*#<a>#' >"$scratch/deep.graphml"
refused 'no XML' topology "$scratch/deep.graphml"
{ seq 1000000 | sed 's#.*#<a>#' && seq 1000000 | sed 's#.*#</a>#'; } >"$scratch/deep.xml"
refused 'more than 64 levels' import nccl-topology "$scratch/deep.xml"
printf 'SwitchName=s Nodes=n[0-999999999]\n' >"$scratch/topology.conf"
refused 'more than 1,000,000 names' import slurm-topology "$scratch/topology.conf" --node dgx-h100 --network roce

# The command line.
refused '--pp' schedule gpipe --pp 1000000000
refused '--trace-iterations' "$quick" --trace "$scratch/t.json" --trace-iterations 1000000000
refused '--simulations' plan "$quick" --simulations 1000000000000
refused 'not a path of keys' "$quick" --set "$(head -c 100000 /dev/zero | tr '\0' '.')=1"

if ((failures > 0)); then printf '%d requests were not refused as they should\n' "$failures" && exit 1; fi
