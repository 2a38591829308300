import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';

/** Templates first, so that no trigger is warned about for want of its own. */
const KINDS = ['templates', 'triggers'] as const;

/**
 * Publishes the documents of `folder` that this system has never had: the one that was changed stays changed, the one that was withdrawn
 * stays withdrawn. Each file is named after its document. Answers the names of the triggers in force among them.
 */
export async function publishExamples(url: string, folder: string): Promise<string[]> {
  const inForce: string[] = [];
  for (const kind of KINDS) {
    const known = await withdrawnByName(url, kind);
    for (const file of (await readdir(join(folder, kind))).sort()) {
      const name = basename(file, '.yaml');
      if (!known.has(name)) await publish(url, join(folder, kind, file));
      if (kind === 'triggers' && known.get(name) !== true) inForce.push(name);
    }
  }
  return inForce;
}

/** Of every document that was ever published, whether it is withdrawn. */
async function withdrawnByName(url: string, kind: (typeof KINDS)[number]): Promise<ReadonlyMap<string, boolean>> {
  const response = await fetch(`${url}/api/${kind}`);
  if (!response.ok) throw new Error(`the ${kind} cannot be listed: ${await response.text()}`);
  const listed = (await response.json()) as Record<string, readonly { readonly name: string; readonly withdrawn: boolean }[]>;
  return new Map((listed[kind] ?? []).map(({ name, withdrawn }) => [name, withdrawn]));
}

async function publish(url: string, file: string): Promise<void> {
  const headers = { 'content-type': 'application/yaml', 'x-tripline-by': 'examples' };
  const response = await fetch(`${url}/api/triggers`, { method: 'POST', headers, body: await readFile(file, 'utf8') });
  if (!response.ok) throw new Error(`${file}: ${await response.text()}`);
}
