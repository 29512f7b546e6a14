import java.io.File;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.Optional;
import org.apache.spark.api.java.function.Function3;
import org.apache.spark.streaming.Duration;
import org.apache.spark.streaming.Durations;
import org.apache.spark.streaming.State;
import org.apache.spark.streaming.StateSpec;
import org.apache.spark.streaming.api.java.JavaDStream;
import org.apache.spark.streaming.api.java.JavaPairDStream;
import org.apache.spark.streaming.api.java.JavaStreamingContext;
import scala.Tuple2;

/**
 * The measured programs, on Spark: PROGRAM key=value ... Its last line of output is what Measured saw, as JSON.
 *
 * Every program has warm + batches batches, and one more behind them for the check, which is not counted.
 */
public class Programs {
  private static final Map<String, String> options = new LinkedHashMap<>();
  /** What the output of the last batch gave, to compare; those behind it give nothing more. */
  private static long[] check = new long[3];
  private static int outputs = 0;
  private static int checkAt;

  private static boolean isLast() {
    return outputs == checkAt - 1;
  }

  private static void give(long... numbers) {
    if (isLast()) check = numbers;
    outputs++;
  }

  private static String text(String key, String otherwise) {
    return options.getOrDefault(key, otherwise);
  }

  private static int number(String key, int otherwise) {
    return Integer.parseInt(text(key, "" + otherwise));
  }

  public static void main(String[] args) throws Exception {
    String program = args[0];
    for (int i = 1; i < args.length; i++) {
      int at = args[i].indexOf('=');
      options.put(args[i].substring(0, at), args[i].substring(at + 1));
    }
    if (program.equals("network")) network();
    else measured(program);
  }

  private static void measured(String program) throws Exception {
    int warm = number("warm", 2), batches = number("batches", 10), interval = number("interval", 50);
    checkAt = warm + batches + 1;
    SparkConf conf = new SparkConf().setMaster("local[2]").setAppName(program).set("spark.ui.enabled", "false")
      .set("spark.hadoop.fs.local.block.size", "268435456"); // A file is two equal splits; by default, three unequal ones.
    JavaStreamingContext ssc = new JavaStreamingContext(conf, Durations.milliseconds(interval));
    Path folder = Path.of(System.getProperty("java.io.tmpdir"));
    boolean hasState = Arrays.asList("topk-inverse", "updateState", "mapWithState").contains(program);
    if (hasState) ssc.checkpoint(Files.createTempDirectory(folder, "checkpoint").toString());
    Measured seen = new Measured(warm, batches, hasState);
    ssc.addStreamingListener(seen);
    if (program.equals("socket")) {
      count(ssc.socketTextStream("127.0.0.1", number("port", 0)));
    } else {
      define(program, input(ssc, program, warm + batches + 1), interval);
    }
    ssc.start();
    int seconds = number("seconds", 0);
    if (seconds > 0) Thread.sleep(seconds * 1000L);
    else seen.awaitAll(number("timeout", 900));
    long records = Long.parseLong(text("records", "0"));
    System.out.println(seen.json(records, interval, ssc.sparkContext().version(), check));
    System.out.flush();
    Runtime.getRuntime().halt(0); // Thousands of empty batches may be queued: no stop waits for them.
  }

  private static void define(String program, JavaDStream<String> lines, int interval) {
    Duration slide = Durations.milliseconds(interval);
    switch (program) {
      case "wordcount": case "floor": count(lines); break;
      case "grep": {
        String pattern = options.get("pattern");
        lines.filter(line -> line.contains(pattern)).foreachRDD(rdd -> give(rdd.count()));
        break;
      }
      case "topk": top(pairs(lines).reduceByKeyAndWindow((a, b) -> a + b, slide.times(10), slide)); break;
      case "topk-inverse": {
        JavaPairDStream<String, Integer> counts =
          pairs(lines).reduceByKeyAndWindow((a, b) -> a + b, (a, b) -> a - b, slide.times(10), slide);
        counts.checkpoint(slide.times(Measured.checkpointEvery));
        top(counts);
        break;
      }
      case "updateState": {
        JavaPairDStream<String, Integer> sums = lines.mapToPair(key -> new Tuple2<>(key, 1)).updateStateByKey(
          (List<Integer> ones, Optional<Integer> before) -> {
            int sum = before.isPresent() ? before.get() : 0;
            for (int one : ones) sum += one;
            return Optional.of(sum);
          });
        sums.checkpoint(slide.times(Measured.checkpointEvery));
        sums.foreachRDD(rdd -> countAndSum(rdd.count(), rdd.map(pair -> (long) pair._2)));
        break;
      }
      case "mapWithState": {
        Function3<String, Optional<Integer>, State<Integer>, Tuple2<String, Integer>> add = (key, one, state) -> {
          int sum = (state.exists() ? state.get() : 0) + one.get();
          state.update(sum);
          return new Tuple2<>(key, sum);
        };
        lines.mapToPair(key -> new Tuple2<>(key, 1)).mapWithState(StateSpec.function(add))
          .foreachRDD(rdd -> countAndSum(rdd.count(), rdd.map(pair -> (long) pair._2)));
        break;
      }
      default: throw new IllegalArgumentException("There is no program " + program + ".");
    }
  }

  private static JavaPairDStream<String, Integer> pairs(JavaDStream<String> lines) {
    return lines.flatMap(line -> Arrays.asList(line.split(" ")).iterator()).mapToPair(word -> new Tuple2<>(word, 1));
  }

  private static void count(JavaDStream<String> lines) {
    pairs(lines).reduceByKey((a, b) -> a + b).foreachRDD(rdd -> {
      long sum = 0, top = 0;
      List<Tuple2<String, Integer>> counts = rdd.collect();
      for (Tuple2<String, Integer> count : counts) {
        sum += count._2;
        top = Math.max(top, count._2);
      }
      give(counts.size(), sum, top);
    });
  }

  /** Counts, as every batch does; the last one is added up too, to compare. */
  private static void countAndSum(long rows, JavaRDD<Long> values) {
    give(rows, isLast() ? values.reduce((a, b) -> a + b) : 0);
  }

  private static class ByCount implements Comparator<Tuple2<String, Integer>>, Serializable {
    public int compare(Tuple2<String, Integer> a, Tuple2<String, Integer> b) {
      return Integer.compare(a._2, b._2);
    }
  }

  private static void top(JavaPairDStream<String, Integer> counts) {
    counts.foreachRDD(rdd -> {
      List<Tuple2<String, Integer>> top = rdd.top(10, new ByCount());
      give(top.size(), top.isEmpty() ? 0 : top.get(0)._2, top.stream().mapToLong(pair -> pair._2).sum());
    });
  }

  /** One RDD a batch, made beforehand: the files of a folder in turns, behind init.txt where there is one. */
  private static JavaDStream<String> input(JavaStreamingContext ssc, String program, int total) {
    JavaSparkContext sc = ssc.sparkContext();
    Queue<JavaRDD<String>> queue = new ConcurrentLinkedQueue<>();
    List<String> files = new ArrayList<>();
    File init = new File(text("dir", "."), "init.txt");
    if (!program.equals("floor")) {
      for (File file : new File(options.get("dir")).listFiles()) if (!file.equals(init)) files.add(file.getPath());
      Collections.sort(files);
    }
    for (int k = 0; k < total; k++) {
      if (program.equals("floor")) queue.add(sc.parallelize(Arrays.asList("word"), 1));
      else if (k == 0 && init.exists()) queue.add(sc.textFile(init.getPath(), 2));
      else queue.add(sc.textFile(files.get(k % files.size()), 2));
    }
    return ssc.queueStream(queue, true);
  }

  /** The first program of every book, which prints; says when start() has returned. */
  private static void network() throws Exception {
    SparkConf conf = new SparkConf().setMaster("local[2]").setAppName("NetworkWordCount");
    JavaStreamingContext ssc = new JavaStreamingContext(conf, Durations.seconds(1));
    pairs(ssc.socketTextStream("127.0.0.1", number("port", 0))).reduceByKey((a, b) -> a + b).print();
    ssc.start();
    System.out.println("started");
    ssc.awaitTermination();
  }
}
