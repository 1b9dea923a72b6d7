export interface Alarm {
  /** Resolves after a time, or when it rings. A ring that nobody waits for ends the next wait. */
  wait(milliseconds: number): Promise<void>;
  ring(): void;
}

/** A sleep that can be ended. */
export function createAlarm(): Alarm {
  let isRung = false;
  let wakeUp = () => {};
  return {
    wait: (milliseconds) =>
      new Promise((resolve) => {
        const timer = setTimeout(done, isRung ? 0 : milliseconds);
        function done() {
          clearTimeout(timer);
          isRung = false;
          wakeUp = () => {};
          resolve();
        }
        wakeUp = done;
      }),
    ring() {
      isRung = true;
      wakeUp();
    },
  };
}
