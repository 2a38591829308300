import { expect, test } from '@jest/globals';
import { describeWithBroker } from '@tripline/testing-broker';
import { RecordingWatch } from '@tripline/testing-builders';
import { openKafkaLog } from './kafka-log.js';

const TAKES_MS = 60_000;

describeWithBroker('who has which partition', (broker) => {
  test(
    'is not said while a member joins, and is said again when the group is shared',
    async () => {
      const log = await openKafkaLog({ brokers: broker().brokers, clientId: 'owners', watch: new RecordingWatch() });
      await log.ensureTopics([{ name: 'moving', partitions: 2 }]);
      const member = (address: string) => ({ group: 'g', topics: ['moving'], address, handle: () => Promise.resolve() });
      const seen: string[] = [];
      const look = async (): Promise<string> => {
        const owners = await log.owners('g', 'moving');
        const said = owners === undefined ? 'moving' : [...owners].sort().join(' ');
        if (seen.at(-1) !== said) seen.push(said);
        return said;
      };
      await log.read(member('http://a'));
      for (const ends = Date.now() + TAKES_MS / 2; (await look()) !== '0,http://a 1,http://a';) if (Date.now() > ends) break;
      seen.splice(0, seen.length - 1);
      const joining = log.read(member('http://b'));
      for (const ends = Date.now() + TAKES_MS / 2; !(await look()).includes('http://b');) if (Date.now() > ends) break;
      await joining;
      expect(seen[0]).toBe('0,http://a 1,http://a');
      expect(seen[1]).toBe('moving');
      expect(seen.at(-1)).toMatch(/^0,http:\/\/[ab] 1,http:\/\/[ab]$/);
      expect(
        new Set(
          seen
            .at(-1)
            ?.split(' ')
            .map((part) => part.slice(2)),
        ).size,
      ).toBe(2);
      await log.close();
    },
    TAKES_MS,
  );
});
