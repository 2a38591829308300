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
});
