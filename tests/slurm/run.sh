#!/usr/bin/env bash
# Starts a Slurm of its own (munged, slurmctld, slurmd; one node, loopback), runs a sweep in 8 shards as an array job
# with its merge, kills one shard, submits again, and compares with the sweep of one process, byte by byte.
# usage: run.sh PROGRAM. Ends with 77 where Slurm is not installed (scripts/setup --tests) or not run as root.
set -uo pipefail
simulate=$(realpath "$1") || exit 2
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

skip() {
  echo "skipped: $*"
  exit 77
}
export PATH=$PATH:/usr/sbin:/sbin
for program in mungekey munged slurmctld slurmd sbatch squeue scancel sinfo; do
  command -v "$program" >/dev/null || skip "no $program"
done
((EUID == 0)) || skip "slurmd starts tasks as their user, which only root may do"

work=$(mktemp -d /tmp/slurm_test.XXXXXX) || exit 2
node=$(hostname -s)
stop_slurm() {
  local daemon
  for daemon in slurmd slurmctld munged; do
    if [[ -s $work/$daemon.pid ]]; then kill "$(cat "$work/$daemon.pid")" 2>/dev/null; fi
  done
  sleep 1
  rm -rf "$work"
}
trap stop_slurm EXIT

fail() {
  echo "FAILED: $*" >&2
  tail -n 15 "$work"/log/*.log "$work"/sweep\ of\ shards/*.log >&2
  exit 1
}

# A port that nobody listens on, from the range that no system hands out by itself.
free_port() {
  local port
  for port in $(shuf -i 20000-30000 -n 50); do
    if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then echo "$port" && return; fi
  done
}

start_slurm() {
  mkdir -p "$work"/{state,spool,log}
  chmod 755 "$work"
  mungekey -c -k "$work/munge.key" || return 1
  munged --force --key-file="$work/munge.key" --socket="$work/munge.sock" --pid-file="$work/munged.pid" \
    --log-file="$work/log/munged.log" --seed-file="$work/munged.seed" || return 1
  cat >"$work/slurm.conf" <<CONF
ClusterName=test
SlurmctldHost=$node(127.0.0.1)
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$work/munge.sock
SlurmctldPort=$(free_port)
SlurmdPort=$(free_port)
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/spool
SlurmctldPidFile=$work/slurmctld.pid
SlurmdPidFile=$work/slurmd.pid
SlurmctldLogFile=$work/log/slurmctld.log
SlurmdLogFile=$work/log/slurmd.log
ProctrackType=proctrack/pgid
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerType=sched/builtin
SchedulerParameters=sched_min_interval=1000,batch_sched_delay=0,sched_interval=1,default_queue_depth=10000
KillWait=2
ReturnToService=2
NodeName=$node NodeAddr=127.0.0.1 CPUs=$(nproc) State=UNKNOWN
PartitionName=local Nodes=$node Default=YES MaxTime=INFINITE State=UP
CONF
  export SLURM_CONF=$work/slurm.conf
  slurmctld -i || return 1
  slurmd || return 1
  local try
  for try in $(seq 60); do
    [[ $(sinfo -h -o %T 2>/dev/null) == idle* ]] && return 0
    ((try < 60)) && sleep 0.5
  done
  return 1
}

wait_for_jobs() {
  local try
  for try in $(seq 240); do
    [[ -z $(squeue -h 2>/dev/null) ]] && return 0
    ((try < 240)) && sleep 0.5
  done
  return 1
}

start_slurm || fail "Slurm does not start"
echo "ok: $(sinfo --version) is up"

# A folder with blanks and a quote in its name; 80 points of about 10 ms, and one shard that is killed early.
cd "$work" || exit 2
cat >"it's a study.yaml" <<YAML
scenario: $root/scenarios/quickstart.yaml
design: grid
axes:
  - {key: training.tokens, from: 10e9, to: 40e9, steps: 40}
  - {key: fleet.0.count, values: [8, 4]}
YAML
"$simulate" --quiet sweep "it's a study.yaml" -o whole.jsonl --csv whole.csv >/dev/null || fail "the sweep itself"
folder="$work/sweep of shards"
"$simulate" --quiet sweep "it's a study.yaml" --emit slurm --shards 8 -o "$folder" || fail "writing the scripts"
bash -n "$folder/submit.sh" && bash -n "$folder/shard.sh" && bash -n "$folder/merge.sh" || fail "scripts are no bash"

# The first attempt: shard 5 is held back before it begins, and killed.
sed -i 's#^exec #if [[ $SLURM_ARRAY_TASK_ID == 5 ]]; then sleep 600; fi\nexec #' "$folder/shard.sh"
said=$(bash "$folder/submit.sh") || fail "submitting"
array=$(sed 's/^array job \([0-9]*\),.*/\1/' <<<"$said")
for _ in $(seq 120); do
  [[ $(squeue -h -t running,pending -r -j "$array" 2>/dev/null | wc -l) == 1 ]] && break
  sleep 0.5
done
[[ $(squeue -h -t running -r -o %K -j "$array") == 5 ]] || fail "only shard 5 should be left"
scancel --signal=KILL --full "${array}_5" || fail "scancel"
wait_for_jobs || fail "jobs stay in the queue"
[[ ! -e $folder/results.jsonl ]] || fail "merged although a shard was killed"
[[ $(find "$folder" -name 'shard_*.jsonl' | wc -l) == 7 ]] || fail "seven shards should be done"
echo "ok: shard 5 was killed, the merge did not run"

# The second: what is done is kept.
"$simulate" --quiet sweep "it's a study.yaml" --emit slurm --shards 8 -o "$folder" || fail "writing the scripts again"
stat -c '%n %i' "$folder"/shard_*.jsonl >first
bash "$folder/submit.sh" || fail "submitting again"
wait_for_jobs || fail "jobs stay in the queue"
[[ -e $folder/results.jsonl ]] || fail "no merged results"
stat -c '%n %i' "$folder"/shard_*.jsonl | grep -v shard_5 | cmp - first || fail "finished shards were done again"
cmp "$folder/results.jsonl" whole.jsonl || fail "the merged results differ from one process"
cmp "$folder/results.csv" whole.csv || fail "the merged table differs from one process"
echo "ok: 8 shards in an array job, merged, are the bytes of one process"
