import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { Controller, Get, Module } from '@nestjs/common';
import type { EventLog } from '@tripline/ports';
import { ManualClock, RecordingWatch } from '@tripline/testing-builders';
import { makeHttpApp, openApp } from './http-app.js';
import { PortsModule } from './ports.module.js';

let begun: () => void = () => undefined;

@Controller()
class SlowController {
  @Get('slow')
  async slow(): Promise<{ done: true }> {
    begun();
    await pause(300);
    return { done: true };
  }
}

@Module({
  imports: [PortsModule.register({ log: {} as EventLog, clock: new ManualClock(), watch: new RecordingWatch() })],
  controllers: [SlowController],
})
class RootModule {}

describe('an application that ends', () => {
  it('does not wait for a connection on which nothing was asked, and answers what was', async () => {
    const app = await makeHttpApp(RootModule);
    const url = await openApp(app, { port: 0, host: '127.0.0.1' });
    const silent = connect(Number(new URL(url).port), '127.0.0.1').resume();
    await once(silent, 'connect');
    const underWay = new Promise<void>((resolve) => (begun = resolve));
    const answer = fetch(`${url}/slow`);
    await underWay;
    const ended = once(silent, 'close');
    const began = Date.now();
    await app.close();
    await ended;
    expect(Date.now() - began).toBeLessThan(5_000);
    await expect((await answer).json()).resolves.toEqual({ done: true });
  });
});
