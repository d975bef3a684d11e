/** What holds for every hand-written file: its size, its name, and that nothing is silenced or left open without a word. */
import { readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { filesUnder } from './workspace.mjs';

const hardLimit = 500;
const rooms = ['libs', 'apps', 'tools'];

/** Names that say nothing of what is inside. */
const emptyNames = new Set(['util', 'utils', 'helper', 'helpers', 'common', 'manager', 'service', 'misc']);

/** Each is looked for line by line; written so that this file does not match itself. */
const forbidden = [
  [new RegExp(`\\b(${['TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX'].join('|')})\\b`), 'finish it or leave it out'],
  [/@ts[-](?:ignore|nocheck)\b/, 'use @ts-expect-error with the reason'],
  [/(?:ox|es)lint[-]disable(?!.*--\s*\S)/, 'say why after `--`'],
  [/biome[-]ignore(?!\s[^:]*:\s*\S)/, 'say why after the colon'],
];

const isSource = (path) => /\.(?:[cm]?[jt]sx?)$/.test(path) && !path.endsWith('.gen.ts');
const stemsOf = (path) => path.split(sep).map((part) => part.replace(/\..*$/, ''));

function findingsIn(path, text) {
  const lines = text.split('\n');
  const size = lines.length - (text.endsWith('\n') ? 1 : 0);
  return [
    size > hardLimit && `${path}: ${size} lines, at most ${hardLimit}`,
    ...stemsOf(path)
      .filter((stem) => emptyNames.has(stem))
      .map((stem) => `${path}: \`${stem}\` is no name for anything`),
    ...lines.flatMap((line, at) =>
      forbidden
        .filter(([pattern]) => pattern.test(line))
        .map(([, advice]) => `${path}:${at + 1}: ${line.trim()}: ${advice}`),
    ),
  ].filter(Boolean);
}

/** Reads the hand-written sources under `root` and returns what it saw and what it refuses. */
export function checkFiles(root) {
  const paths = rooms.flatMap((room) => filesUnder(join(root, room), isSource).map((path) => join(room, path)));
  const sizes = paths.map((path) => readFileSync(join(root, path), 'utf8'));
  const findings = paths.flatMap((path, at) => findingsIn(path, sizes[at]));
  if (paths.length === 0) findings.push('no source was seen at all: the check itself is broken');
  const largest = Math.max(0, ...sizes.map((text) => text.split('\n').length - 1));
  return { findings, summary: `${paths.length} hand-written sources, the largest of ${largest} lines` };
}
