// node schema_test.mjs ROOT PRINTED: fails unless the schemas and the reader agree.
//
// - Every file that ships is valid.
// - Every bad input of tests/errors that the reader refuses is refused by YAML itself or by the schema, but for those of
//   only_the_reader.txt, which a schema cannot see: they must be valid, so that the list stays true.
import { readdirSync, readFileSync, existsSync } from 'node:fs';
import { join, basename } from 'node:path';
import Ajv from 'ajv';
import { parseDocument } from 'yaml';

const [root, printed] = process.argv.slice(2);
const ajv = new Ajv({ strict: false, allErrors: false });
const validators = {};
for (const file of readdirSync(join(root, 'schema'))) {
  const text = readFileSync(join(root, 'schema', file), 'utf8');
  validators[basename(file, '.schema.json')] = ajv.compile(JSON.parse(text));
}

// Why a file is refused; empty: it is not.
function refusal(kind, path) {
  const document = parseDocument(readFileSync(path, 'utf8'), { strict: true, uniqueKeys: true, prettyErrors: false });
  if (document.errors.length > 0) return `not valid YAML: ${document.errors[0].message}`;
  let value;
  try {
    value = document.toJS({ maxAliasCount: 0 });
  } catch (error) {
    return `not valid YAML: ${error.message}`;
  }
  const validate = validators[kind];
  if (validate(value)) return '';
  return validate.errors.map(error => `${error.instancePath} ${error.message}`)[0];
}

let failures = 0;
const fail = words => { failures += 1; console.log(words); };
const yaml = folder => existsSync(join(root, folder)) ?
  readdirSync(join(root, folder)).filter(name => name.endsWith('.yaml')).map(name => join(root, folder, name)) : [];

// Scenarios that only studies use lie beside them.
const is_study = file => /^axes:/m.test(readFileSync(file, 'utf8'));

const shipped = [
  ['scenario', [...yaml('scenarios'), ...readdirSync(printed).map(name => join(printed, name))]],
  ['study', yaml('studies').filter(is_study)], ['scenario', yaml('studies').filter(file => !is_study(file))],
  ['chip', yaml('catalog/chips')], ['model', yaml('catalog/models')],
  ['kernels', yaml('catalog/kernels')], ['link', yaml('catalog/links')], ['network', yaml('catalog/networks')],
  ['collectives', yaml('catalog/collectives')], ['software', yaml('catalog/software')],
  ['reliability', yaml('catalog/reliability')], ['prices', yaml('catalog/prices')], ['rule', yaml('catalog/rules')],
  ['topology', yaml('topologies')], ['node', yaml('topologies/nodes')],
  ['calibration', [join(root, 'catalog/fitted.yaml')]], ['constants', [join(root, 'catalog/shared_constants.yaml')]],
  ['measurements', yaml('validation')],
];
let good = 0;
for (const [kind, files] of shipped) {
  if (files.length === 0) fail(`no files of kind ${kind}`);
  for (const file of files) {
    const why = refusal(kind, file);
    if (why !== '') fail(`${file} ships, and the schema ${kind} refuses it: ${why}`);
    good += 1;
  }
}

// What a bad input is: the commands that read one as something else than a scenario are named here.
const errors = join(root, 'tests/errors');
function kind_of(name) {
  const command = join(errors, `${name}.command`);
  const text = existsSync(command) ? readFileSync(command, 'utf8') : '';
  return /"\$simulate" sweep "\$file"/.test(text) ? 'study' : 'scenario';
}
const parts = { rule_with_mistakes: 'rule', rule_without_paragraphs: 'rule' };

const only = new Map();
for (const line of readFileSync(join(root, 'tests/schema/only_the_reader.txt'), 'utf8').split('\n')) {
  const match = line.match(/^(\S+)\s+(\S.*)$/);
  if (match && !line.startsWith('#')) only.set(match[1], match[2]);
}
let bad = 0;
for (const file of yaml('tests/errors')) {
  let name = basename(file, '.yaml');
  let kind = kind_of(name);
  if (name.endsWith('.part')) {
    name = name.slice(0, -'.part'.length);
    if (!(name in parts)) continue;
    kind = parts[name];
  }
  const expected = readFileSync(join(errors, `${name}.expected`), 'utf8');
  if (!/^exit [23]/.test(expected)) { fail(`${name}: exit 2 or 3 was expected`); continue; }
  const why = refusal(kind, file);
  const is_listed = only.delete(name);
  if (why === '' && !is_listed) fail(`${name}: the reader refuses it, the schema does not:\n  ${expected.split('\n')[1]}`);
  if (why !== '' && is_listed) fail(`${name}: the schema refuses it too (${why}): take it out of only_the_reader.txt`);
  bad += 1;
}
for (const name of only.keys()) fail(`${name}: is in only_the_reader.txt and not in tests/errors`);
console.log(`${good} good files, ${bad} bad ones, ${failures} disagreements`);
process.exit(failures === 0 ? 0 : 1);
