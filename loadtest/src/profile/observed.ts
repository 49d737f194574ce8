import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import { join } from 'node:path';

const intervalMicros = 500;

/**
 * Called before a service's own main, by a benchmark only: SIGUSR2 begins a CPU profile of the process, the next one ends it and writes it to
 * KIND.cpuprofile in the folder that PLAZA_BENCH_PROFILE names.
 */
export function observe(kind: string): void {
  const session = new Session();
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.setSamplingInterval', { interval: intervalMicros });
  let profiling = false;
  process.on('SIGUSR2', () => {
    if (profiling) keep(session, join(process.env['PLAZA_BENCH_PROFILE'] as string, `${kind}.cpuprofile`));
    else session.post('Profiler.start');
    profiling = !profiling;
  });
}

function keep(session: Session, file: string): void {
  session.post('Profiler.stop', (error, answer) => writeFileSync(file, JSON.stringify(error ?? answer.profile)));
}
