// @ts-check

/** Seconds per call of `work`, called until `seconds` have passed (and at least once). */
export function secondsPerRun(/** @type {() => unknown} */ work, /** @type {number} */ seconds) {
  let calls = 0;
  let batch = 1;
  const begin = performance.now();
  for (;;) {
    for (let call = 0; call < batch; call++) work();
    calls += batch;
    const passed = (performance.now() - begin) / 1000;
    if (passed >= seconds) return passed / calls;
    // The clock is read seldom enough not to be part of what it measures.
    batch = Math.max(1, Math.min(batch * 2, Math.floor((calls * (seconds - passed)) / passed / 4)));
  }
}
