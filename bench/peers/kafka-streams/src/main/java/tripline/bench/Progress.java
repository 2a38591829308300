package tripline.bench;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.CountDownLatch;

/** How far the one stream thread is, and what this process has cost by then: CPU of all its threads, and time. */
final class Progress {
  record Costs(long records, double cpuSeconds, double wallSeconds) {
    Costs since(Costs before) {
      return new Costs(records - before.records, cpuSeconds - before.cpuSeconds, wallSeconds - before.wallSeconds);
    }
  }

  private static final OperatingSystemMXBean SYSTEM = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
  final CountDownLatch assigned = new CountDownLatch(1);
  final CountDownLatch done = new CountDownLatch(1);
  volatile Costs warm;
  private final long wanted;
  private final long warmAfter;
  private long read;
  private long written;

  Progress(long wanted) {
    this.wanted = wanted;
    this.warmAfter = wanted / 5;
  }

  void read() {
    if (++read == warmAfter) warm = now();
    if (read == wanted) done.countDown();
  }

  void wrote() {
    written++;
  }

  long written() {
    return written;
  }

  Costs now() {
    return new Costs(read, SYSTEM.getProcessCpuTime() / 1e9, System.nanoTime() / 1e9);
  }
}
