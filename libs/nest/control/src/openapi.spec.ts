import { describe, expect, it } from '@jest/globals';
import { RequestMethod, type Type } from '@nestjs/common';
import { OpenAPIBackend, type Document } from 'openapi-backend';
import { ControlRig, TEMPLATE, TRIGGER } from './control.rig.js';
import { ControlModule, type ControlOptions } from './index.js';

const rig = new ControlRig();
const { ask, post, publish } = rig;

/** The document as it is answered; `init` of a strict one throws where it is no OpenAPI. */
async function openDocument(): Promise<OpenAPIBackend> {
  const definition = (await ask('/api/openapi.json')).body as Document;
  const api = new OpenAPIBackend({ definition, strict: true, ajvOpts: { strict: false, logger: false } });
  await api.init();
  return api;
}

/** `METHOD /path/{name}` of every method of every controller, from what Nest itself goes by. */
function routesOf(controllers: readonly Type[]): string[] {
  return controllers.flatMap((controller) => {
    const base = [Reflect.getMetadata('path', controller) as string | string[]].flat();
    return Object.values(Object.getOwnPropertyDescriptors(controller.prototype)).flatMap(({ value }) => {
      const method = Reflect.getMetadata('method', value as object) as RequestMethod | undefined;
      if (method === undefined) return [];
      const paths = [Reflect.getMetadata('path', value as object) as string | string[]].flat();
      return base.flatMap((b) => paths.map((p) => `${RequestMethod[method]} ${pathOf(b, p)}`));
    });
  });
}
const pathOf = (...parts: readonly string[]): string =>
  `/${parts
    .flatMap((part) => part.split('/'))
    .filter((part) => part !== '')
    .join('/')}`.replace(/:(\w+)/g, '{$1}');

describe('the description of the API', () => {
  it('is OpenAPI, and has every route under /api and no other', async () => {
    const api = await openDocument();
    const described = api.getOperations().map(({ method, path }) => `${method.toUpperCase()} ${path}`);
    const options = { skipAhead: () => Promise.reject(new Error('not asked')) } as unknown as ControlOptions;
    const { controllers = [] } = ControlModule.register(options);
    const routes = routesOf(controllers).filter((route) => route.includes(' /api/'));
    expect(described.sort()).toEqual(routes.sort());
  });

  it('is kept by the answers', async () => {
    const api = await openDocument();
    const keeps = async (operation: string, answer: Promise<{ readonly status: number; readonly body: unknown }>) => {
      const { status, body } = await answer;
      const described = Object.keys(api.getOperation(operation)?.responses ?? {});
      expect([operation, described]).toEqual([operation, expect.arrayContaining([String(status)])]);
      const { errors } = api.validateResponse(body === '' ? null : body, operation, status);
      expect([operation, status, errors ?? null]).toEqual([operation, status, null]);
    };
    await keeps('publishTriggers', publish(`${TEMPLATE}---\n${TRIGGER}`));
    await keeps('publishTriggers', publish('kind: trigger'));
    await keeps('checkDocuments', post('/api/check', TRIGGER, 'application/yaml'));
    await keeps('listTriggers', ask('/api/triggers'));
    await keeps('showSettings', ask('/api/settings'));
    const put = (zone: string) => ask('/api/settings', { method: 'PUT', body: JSON.stringify({ zone }), headers: { 'content-type': 'application/json' } }); // prettier-ignore
    await keeps('changeSettings', put('Europe/Berlin'));
    await keeps('changeSettings', put('nowhere'));
    await keeps('showTemplate', ask('/api/templates/second-look'));
    await keeps('showTrigger', ask('/api/triggers/none'));
    await keeps('publishSegments', publish('{ kind: segment, name: pro, where: user.plan == "pro" }'));
    await keeps('listSegments', ask('/api/segments'));
    await keeps('listEventNames', ask('/api/events/names'));
    await keeps('listMessages', ask('/api/messages'));
    await keeps('listMessages', ask('/api/messages?max=0'));
    await keeps('listMailbox', ask('/api/mailbox'));
    await keeps('listDeadLetters', ask('/api/dead-letters'));
    await keeps('showPerson', ask('/api/persons/u:ada'));
    await keeps('showPerson', ask('/api/persons/u:elsewhere'));
    await keeps('explain', ask('/api/persons/u:ada/why?trigger=t'));
    await keeps('releasePerson', post('/api/persons/u:ada/release'));
    await keeps('releasePerson', post('/api/persons/ada/release'));
    await keeps('explain', ask('/api/persons/u:ada/why'));
    await keeps('explain', ask('/api/persons/u:elsewhere/why?trigger=t'));
    await keeps('pauseTrigger', post('/api/triggers/second-look/pause', { entries: 'closed', messages: 'drop' }));
    await keeps('pauseTrigger', post('/api/triggers/second-look/pause', { entries: 'ajar' }));
    await keeps('pauseTrigger', post('/api/triggers/none/pause'));
    await keeps('resumeTrigger', post('/api/triggers/second-look/resume'));
    await post('/api/stop');
    await keeps('listSwitches', ask('/api/switches'));
    await keeps('showClock', ask('/api/clock'));
    await keeps('beginHistory', post('/api/history/begin'));
    await keeps('completeHistory', post('/api/history', { completeFrom: '2025-01-01T00:00:00+01:00', begun: 1 }));
    await keeps('completeHistory', post('/api/history', { completeFrom: 'soon' }));
    await keeps('skipAhead', post('/api/clock', { advance: '1s' }));
    await keeps('stop', ask('/api/stop', { method: 'POST', headers: { 'sec-fetch-site': 'cross-site' } }));
  });
});
