import { describe, expect, it } from '@jest/globals';
import { PrometheusMeter } from './prometheus-meter.js';

describe('PrometheusMeter', () => {
  it('writes counts, gauges and observations as Prometheus reads them', async () => {
    const meter = new PrometheusMeter();
    meter.count('tripline_test_events_total', { reason: 'late' });
    meter.count('tripline_test_events_total', { reason: 'late' }, 2);
    meter.gauge('tripline_test_lag_records', 7);
    meter.observe('tripline_test_took_seconds', 0.02);
    const text = await meter.text();
    expect(text).toContain('tripline_test_events_total{reason="late"} 3');
    expect(text).toContain('tripline_test_lag_records 7');
    expect(text).toContain('tripline_test_took_seconds_bucket{le="0.025"} 1');
    expect(text).toContain('process_cpu_user_seconds_total');
  });
});
