import type { ControlClient } from '@tripline/adapters-http';
import { writeYaml } from '@tripline/adapters-yaml';
import { formatInstant } from '@tripline/kernel';
import type { DocumentKind, Published } from '@tripline/ports';
import { Argument, type Command } from 'commander';
import type { Output } from './output.js';
import { printable } from './report.js';

const KINDS = { triggers: 'trigger', segments: 'segment', templates: 'template' } as const;

export function addGetCommand(program: Command, client: () => ControlClient, output: Output): void {
  program
    .command('get')
    .description('prints what is published, as documents that apply takes')
    .addArgument(new Argument('<kind>', 'what').choices([...Object.keys(KINDS), 'settings']))
    .argument('[name]', 'only the one of this name')
    .option('--json', 'as JSON: one document, or a list where no name is given')
    .action(async (kinds: keyof typeof KINDS | 'settings', name: string | undefined, { json }: { readonly json?: true }) => {
      if (kinds === 'settings') return output.out(await settingsText(client(), name, json === true));
      const kind = KINDS[kinds];
      const found = await inForce(client(), kind, name);
      if (json === true) return output.out(printable(jsonOf(found, name)));
      if (found.length > 0) output.out(printable(found.map(yamlOf).join('---\n').trimEnd()));
      else output.err(`no ${kind} is published`);
    });
}

async function settingsText(client: ControlClient, name: string | undefined, asJson: boolean): Promise<string> {
  if (name !== undefined) throw new Error('settings have no names');
  const { zone, semantics } = await client.settings();
  const document = { kind: 'settings', zone, semantics };
  return printable(asJson ? JSON.stringify(document, undefined, 2) : writeYaml(document).trimEnd());
}

/** Those that are not withdrawn; throws where the one that was named is not among them. */
async function inForce(client: ControlClient, kind: DocumentKind, name: string | undefined): Promise<readonly Published[]> {
  const all = await client.published(kind);
  if (name === undefined) return all.filter(({ withdrawn }) => !withdrawn);
  const one = all.find((published) => published.name === name);
  if (one === undefined) throw new Error(`there is no ${kind} ${name}`);
  if (one.withdrawn) throw new Error(`the ${kind} ${name} is withdrawn`);
  return [one];
}

const jsonOf = (found: readonly Published[], name: string | undefined): string => {
  const documents = found.map(({ document }) => document);
  return JSON.stringify(name === undefined ? documents : documents[0], undefined, 2);
};

const yamlOf = ({ document, version, publishedAt, by }: Published): string =>
  `# version ${version}, published ${formatInstant(publishedAt)} by ${by.replace(/\s/g, ' ')}\n${writeYaml(document)}`;
