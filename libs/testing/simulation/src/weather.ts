/** How the world treats what processes ask of it. All shares are from 0 to 1; all of it may change while a simulation runs. */
export type Weather = {
  /** One way, at most, most of the time. */
  latencyMs: number;
  /** Now and then it takes up to so long. */
  delayMs: number;
  delays: number;
  /** Appends that do not land, and say so. */
  appendFails: number;
  /** Appends that land, and whose acknowledgement is lost. */
  ackLost: number;
  /** Any other request of a log that fails. */
  requestFails: number;
  commitFails: number;
  diskMs: number;
  /** Calls of a database that fail before they take effect, and as many after it. */
  databaseFails: number;
  /** Calls of a provider that it takes its time for, leaves unanswered, refuses for good, and refuses for now. */
  providerSlow: number;
  providerSilent: number;
  providerRefuses: number;
  providerBusy: number;
};

/** Everything is answered, and soon. */
export const calm = (): Weather => ({
  latencyMs: 3,
  delayMs: 3,
  delays: 0,
  appendFails: 0,
  ackLost: 0,
  requestFails: 0,
  commitFails: 0,
  diskMs: 5,
  databaseFails: 0,
  providerSlow: 0,
  providerSilent: 0,
  providerRefuses: 0,
  providerBusy: 0,
});
