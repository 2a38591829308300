import { describe, expect, it } from '@jest/globals';
import { parseTaskInput, TOPICS, type Control } from '@tripline/model';
import { ControlRig, eventually, PARTITIONS, TEMPLATE, TRIGGER } from './control.rig.js';

const rig = new ControlRig();
const { ask, post, publish } = rig;

const SEGMENT = `kind: segment
name: vip
let: { spent: { sum: total, event: order.completed, within: 90d } }
where: spent > 500
`;
const NAMING = TRIGGER.replace('name: second-look', 'name: for-vips').replace(/exit:/, `if: '"vip" in user.segments'\nexit:`);

/** The control records of documents of that name, in each partition. */
const controlsOf = async (name: string): Promise<unknown[][]> =>
  (await allControls()).map((of) => of.filter((control) => control.name === name).map(({ change }) => change));

async function allControls(): Promise<Control[][]> {
  const bounds = await rig.log.bounds(TOPICS.events);
  return Promise.all(
    bounds.map(async ({ partition, first, end }) =>
      (await rig.log.fetch(TOPICS.events, partition, first, end - first))
        .map(({ value }) => parseTaskInput(value))
        .flatMap((input) => (input.ok && input.value.kind === 'control' ? [input.value] : [])),
    ),
  );
}

describe('publishing', () => {
  it('takes triggers and templates in one text, all or nothing, and puts the triggers into every partition', async () => {
    expect(await publish(`${TRIGGER}---\n${TEMPLATE}`)).toMatchObject({
      status: 201,
      body: {
        published: [
          { kind: 'trigger', name: 'second-look', version: 1, withdrawn: false },
          { kind: 'template', name: 'second-look', version: 1 },
        ],
        warnings: [],
      },
    });
    const controls = await eventually(async () => {
      const found = await controlsOf('second-look');
      return found.every((of) => of.length === 1) ? found : undefined;
    });
    expect(controls).toHaveLength(PARTITIONS);
    expect(controls[0]).toMatchObject([{ type: 'publish', version: 1, document: { name: 'second-look' } }]);
    expect((await ask('/api/triggers')).body.triggers.map(({ name }: { name: string }) => name)).toContain('second-look');
    expect((await ask('/api/templates/second-look')).body).toMatchObject({ kind: 'template', document: { channel: 'email' } });
  });

  it('makes no new version of the same document, and takes JSON the same', async () => {
    const json = JSON.stringify({ kind: 'template', name: 'as-json', channel: 'sms', text: 'Hello' });
    const first = await publish(json, 'application/json');
    expect(first.body.published).toMatchObject([{ version: 1 }]);
    expect((await publish(json, 'application/json')).body).toEqual(first.body);
    expect(
      (await publish('{ kind: template, name: as-json, channel: sms, text: Hello }', 'text/plain')).body.published,
    ).toMatchObject([{ version: 1 }]);
    expect(
      (await publish('{ kind: template, name: as-json, channel: sms, text: Hi }', 'text/yaml')).body.published,
    ).toMatchObject([{ version: 2 }]);
  });

  it('tells the tasks of a segment before the triggers that name it, lists and withdraws it', async () => {
    const { status, body } = await publish(`${NAMING}---\n${SEGMENT}`);
    expect([status, body.published.map(({ kind, name }: Control) => [kind, name])]).toEqual([
      201,
      [
        ['trigger', 'for-vips'],
        ['segment', 'vip'],
      ],
    ]);
    expect(body.warnings.map(({ path }: { path: string }) => path)).not.toContain('if');
    expect((await ask('/api/segments')).body.segments).toMatchObject([{ kind: 'segment', name: 'vip', version: 1 }]);
    expect((await ask('/api/segments/vip', { method: 'DELETE' })).status).toBe(204);
    expect((await ask('/api/segments/vip', { method: 'DELETE' })).body).toMatchObject({ error: { code: 'unknown-segment' } });
    expect((await ask('/api/segments/vip')).body).toMatchObject({ withdrawn: true, document: { where: 'spent > 500' } });
    const told = await eventually(async () => {
      const found = (await allControls()).map((of) => of.filter(({ name }) => name === 'vip' || name === 'for-vips'));
      return found.every((of) => of.length === 3) ? found : undefined;
    });
    for (const of of told)
      expect(of.map((control) => [control.of, control.name, control.change.type])).toEqual([
        ['segment', 'vip', 'publish'],
        [undefined, 'for-vips', 'publish'],
        ['segment', 'vip', 'withdraw'],
      ]);
  });

  it('warns of a segment that is named and not published, or withdrawn', async () => {
    const naming = NAMING.replace(/vips?/g, (name) => name.replace('vip', 'regular'));
    const segment = SEGMENT.replace('vip', 'regular');
    const warned = async (): Promise<object[]> =>
      (await publish(naming)).body.warnings.filter(({ path }: { path: string }) => path === 'if');
    expect(await warned()).toMatchObject([{ document: 0, message: expect.stringContaining('no segment "regular"') }]);
    await publish(segment);
    expect(await warned()).toEqual([]);
    await ask('/api/segments/regular', { method: 'DELETE' });
    expect(await warned()).toHaveLength(1);
  });

  it('withdraws: the tasks are told, and a second time there is nothing to withdraw', async () => {
    await publish(TRIGGER.replace('name: second-look', 'name: short-lived'));
    expect((await ask('/api/triggers/short-lived', { method: 'DELETE' })).status).toBe(204);
    expect((await ask('/api/triggers/short-lived', { method: 'DELETE' })).status).toBe(404);
    expect((await ask('/api/triggers/short-lived')).body).toMatchObject({ withdrawn: true });
    const told = await eventually(async () => {
      const found = await controlsOf('short-lived');
      return found.every((of) => of.length === 2) ? found : undefined;
    });
    expect(told[2]).toMatchObject([{ type: 'publish' }, { type: 'withdraw' }]);
  });

  it('warns of what is legal but likely wrong', async () => {
    const lonely = TRIGGER.replace('name: second-look', 'name: lonely')
      .replace('email: second-look', 'email: nowhere')
      .replace(/limit.*\n/, '');
    const { status, body } = await publish(lonely);
    expect(status).toBe(201);
    expect(body.warnings.map(({ path }: { path: string }) => path)).toEqual(['when.0', 'do.0.email']);
    const needy = TRIGGER.replace('name: second-look', 'name: needy').replace(', with: { name: product.name }', '');
    expect((await publish(needy)).body.warnings).toMatchObject([
      { path: 'do.0.with', line: 8, message: expect.stringContaining('"name"') },
    ]);
  });
});

describe('a document that is wrong', () => {
  const refused = async (text: string): Promise<{ code: string; problems: object[] }> => {
    const before = (await ask('/api/triggers')).body;
    const { status, body } = await publish(text);
    expect(status).toBe(400);
    expect((await ask('/api/triggers')).body).toEqual(before);
    return body.error;
  };

  it('is refused with line, column, field and cure', async () => {
    const { code, problems } = await refused(TRIGGER.replace('as: product', 'ass: product'));
    expect(code).toBe('invalid-document');
    expect(problems).toContainEqual({
      document: 0,
      path: 'when.0.ass',
      message: 'unknown field: closest is "as"',
      line: 5,
      column: 30,
    });
  });

  it('names the place of a CEL error, of a YAML error, and of a wrong type', async () => {
    expect((await refused(`${TRIGGER}if: user.country in [\n`)).problems).toMatchObject([{ line: expect.any(Number) }]);
    const cel = await refused(`${TRIGGER}if: user.country == == "DE"\n`);
    expect(cel.problems).toMatchObject([{ path: 'if', line: 12, column: 1 }]);
    expect((await refused(TRIGGER.replace('for: 10m', 'for: [10m'))).problems).toMatchObject([{ line: expect.any(Number) }]);
    const [noName] = (await refused(SEGMENT.replace('where: spent', 'where: spend'))).problems;
    expect(noName).toMatchObject({ path: 'where', line: 4, message: expect.stringContaining('"spend"') });
    const [noField] = (await refused(SEGMENT.replace('within', 'withing'))).problems;
    expect(noField).toMatchObject({ line: 3, column: expect.any(Number) });
    expect((await refused(TRIGGER.replace('runs: 1', 'runs: many'))).problems).toMatchObject([
      { path: 'limit.runs', line: 11, column: 10 },
    ]);
  });

  it('takes the good ones of its text down with it', async () => {
    const { problems } = await refused(`${TRIGGER.replace('second-look', 'innocent')}---\nkind: cohort\nname: vip\n`);
    expect(problems).toMatchObject([{ document: 1, path: 'kind', line: 13, column: 1 }]);
  });

  it('is refused whatever it is', async () => {
    for (const text of [
      '',
      '---\n',
      'null',
      '42',
      '[]',
      '- a',
      '{}',
      'kind: trigger',
      '{"kind": "trigger", "name": 5}',
      '\0',
      '%',
      '&a [*a]',
    ])
      expect((await refused(text)).problems).not.toEqual([]);
    expect((await refused('['.repeat(100_000))).problems).toMatchObject([{ line: 1 }]);
    expect((await refused(`kind: template\nname: a\nchannel: sms\ntext: "{{ x"\n`)).problems).toMatchObject([{ path: 'text' }]);
    expect((await refused(TRIGGER.replace('second-look', '../../etc'))).problems).toMatchObject([{ path: 'name' }]);
  });

  it('is refused where its name is given twice', async () => {
    expect((await refused(`${TRIGGER}---\n${TRIGGER}`)).problems).toMatchObject([{ document: 1, path: 'name' }]);
  });

  it('is refused where it is larger than a record of the log may be', async () => {
    expect((await refused(`${TRIGGER}owner: ${'x'.repeat(300_000)}\n`)).problems).toMatchObject([
      { path: '', message: expect.stringContaining('bytes') },
    ]);
    expect(await publish('x'.repeat(10_000_000))).toMatchObject({ status: 413, body: { error: { code: 'too-large' } } });
    expect(await ask('/api/triggers', { method: 'POST', body: new Uint8Array([0xff, 0xfe]) })).toMatchObject({ status: 400 });
  });

  it('can be checked without being published', async () => {
    expect(await post('/api/check', TRIGGER.replace('second-look', 'only-checked'), 'application/yaml')).toMatchObject({
      status: 200,
    });
    expect((await post('/api/check', 'kind: trigger', 'application/yaml')).status).toBe(400);
    expect((await ask('/api/triggers/only-checked')).status).toBe(404);
  });
});
