import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.spark.streaming.scheduler.BatchInfo;
import org.apache.spark.streaming.scheduler.StreamingListener;
import org.apache.spark.streaming.scheduler.StreamingListenerBatchCompleted;

/** What Spark itself reports of every batch. */
class Measured implements StreamingListener {
  /** Streams with state write themselves down every so many batches, as by default at batches of 1 s. */
  static final int checkpointEvery = 10;

  private static class Seen {
    long batchTime, submitted, start, end, records, cpuMs;
  }

  private final int warm, batches;
  private final boolean hasState;
  private final List<Seen> seen = Collections.synchronizedList(new ArrayList<>());
  private final CountDownLatch all;

  Measured(int warm, int batches, boolean hasState) {
    this.warm = warm;
    this.batches = batches;
    this.hasState = hasState;
    all = new CountDownLatch(warm + batches + 1);
  }

  @Override public void onBatchCompleted(StreamingListenerBatchCompleted completed) {
    BatchInfo info = completed.batchInfo();
    Seen batch = new Seen();
    batch.batchTime = info.batchTime().milliseconds();
    batch.submitted = info.submissionTime();
    batch.start = (Long) info.processingStartTime().get();
    batch.end = (Long) info.processingEndTime().get();
    batch.records = info.numRecords();
    batch.cpuMs = cpuMs();
    seen.add(batch);
    all.countDown();
  }

  void awaitAll(int seconds) throws InterruptedException {
    if (all.await(seconds, TimeUnit.SECONDS)) return;
    System.err.println("Not all batches have ended after " + seconds + " s.");
    Runtime.getRuntime().halt(1);
  }

  /** @param records of a batch; 0 for as many as each had */
  String json(long records, int intervalMs, String version, long[] check) throws Exception {
    List<Seen> sorted;
    synchronized (seen) { sorted = new ArrayList<>(seen); }
    sorted.sort((a, b) -> Long.compare(a.batchTime, b.batchTime));
    int to = records > 0 ? warm + batches : sorted.size();
    List<Seen> counted = sorted.subList(Math.min(warm, to), to);
    if (counted.isEmpty()) return String.format("{\"spark\":\"%s\",\"batches\":0,\"peakMiB\":%d}", version, peakMiB());
    List<Long> works = new ArrayList<>(), checkpoints = new ArrayList<>(), plain = new ArrayList<>(), waits = new ArrayList<>();
    long busy = 0, sum = 0;
    for (int i = 0; i < counted.size(); i++) {
      Seen batch = counted.get(i);
      long work = batch.end - batch.start;
      busy += work;
      sum += records > 0 ? records : batch.records;
      works.add(work);
      waits.add(batch.start - batch.batchTime);
      ((i + warm + 1) % checkpointEvery == 0 ? checkpoints : plain).add(work);
    }
    int fifth = Math.max(1, counted.size() / 5);
    long growing = share(waits.subList(waits.size() - fifth, waits.size()), 0.5) - share(waits.subList(0, fifth), 0.5);
    double cpuSeconds = (counted.get(counted.size() - 1).cpuMs - sorted.get(Math.max(0, warm - 1)).cpuMs) / 1000.0;
    String ofState = !hasState || checkpoints.isEmpty() ? "" : String.format(Locale.ROOT,
      "\"plainBatchMsP50\":%d,\"checkpointBatchMsP50\":%d,", share(plain, 0.5), share(checkpoints, 0.5));
    return String.format(Locale.ROOT, "{\"spark\":\"%s\",\"batches\":%d,\"throughput\":%.6f,\"taken\":%.6f,"
      + "\"batchMs\":%.3f,\"batchMsP50\":%d,\"batchMsP99\":%d,\"batchMsMax\":%d,\"growingMs\":%d,%s"
      + "\"cpuSeconds\":%.3f,\"peakMiB\":%d,\"check\":%s}",
      version, counted.size(), sum / 1000.0 / Math.max(1, busy), sum / 1000.0 / (counted.size() * (double) intervalMs),
      busy / (double) counted.size(), share(works, 0.5), share(works, 0.99), share(works, 1), growing, ofState,
      cpuSeconds, peakMiB(), Arrays.toString(check));
  }

  private static long share(List<Long> values, double share) {
    List<Long> sorted = new ArrayList<>(values);
    Collections.sort(sorted);
    int at = (int) Math.ceil(share * sorted.size()) - 1;
    return sorted.isEmpty() ? -1 : sorted.get(Math.max(0, at));
  }

  private static long cpuMs() {
    return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime() / 1_000_000;
  }

  private static long peakMiB() throws Exception {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("VmHWM:")) return Long.parseLong(line.replaceAll("\\D", "")) / 1024;
    }
    return -1;
  }
}
