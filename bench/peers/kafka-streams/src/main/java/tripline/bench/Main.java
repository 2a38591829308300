package tripline.bench;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/** Runs the application over a topic that is full, once; prints what it cost as JSON. Arguments: brokers, state folder, records, partitions. */
public final class Main {
  private static final String INPUT = "tripline.events";
  private static final int COMMIT_MS = Integer.getInteger("commit.ms", 5_000);
  private static final long CACHE_BYTES = 512L << 20;
  private static final Duration CLOSE = Duration.ofSeconds(60);

  public static void main(String[] args) throws Exception {
    String brokers = args[0];
    int partitions = Integer.parseInt(args[3]);
    String application = "bench-streams-" + UUID.randomUUID();
    String output = application + "-actions";
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", brokers))) {
      admin.createTopics(List.of(new NewTopic(output, partitions, (short) 1))).all().get();
    }
    Progress progress = new Progress(Long.parseLong(args[2]));
    Topology topology = topology(progress, output);
    Progress.Costs[] costs = run(new KafkaStreams(topology, settings(brokers, application, args[1])), progress);
    print(costs[0], costs[1], progress.written(), visible(brokers, output, partitions));
    System.exit(0);
  }

  private static Topology topology(Progress progress, String output) {
    return new Topology()
        .addSource("events", Serdes.String().deserializer(), Input.DESERIALIZER, INPUT)
        .addProcessor("abandoned-cart", () -> new AbandonedCart(progress), "events")
        .addStateStore(store(AbandonedCart.CARTS), "abandoned-cart")
        .addStateStore(store(AbandonedCart.DEADLINES), "abandoned-cart")
        .addSink("actions", output, Serdes.String().serializer(), Serdes.ByteArray().serializer(), "abandoned-cart");
  }

  private static StoreBuilder<?> store(String name) {
    return Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore(name), Serdes.Bytes(), Serdes.ByteArray())
        .withCachingEnabled()
        .withLoggingEnabled(Map.of());
  }

  private static Properties settings(String brokers, String application, String folder) {
    Properties to = new Properties();
    to.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, brokers);
    to.put(StreamsConfig.APPLICATION_ID_CONFIG, application);
    to.put(StreamsConfig.STATE_DIR_CONFIG, folder);
    to.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    to.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, 1);
    to.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, COMMIT_MS);
    to.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, CACHE_BYTES);
    to.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, RocksSettings.class);
    to.put(StreamsConfig.BUFFERED_RECORDS_PER_PARTITION_CONFIG, 20_000);
    to.put(StreamsConfig.consumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), "earliest");
    to.put(StreamsConfig.consumerPrefix(ConsumerConfig.MAX_POLL_RECORDS_CONFIG), 10_000);
    to.put(StreamsConfig.consumerPrefix(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG), 8 << 20);
    to.put(StreamsConfig.producerPrefix(ProducerConfig.BATCH_SIZE_CONFIG), 256 << 10);
    to.put(StreamsConfig.producerPrefix(ProducerConfig.BUFFER_MEMORY_CONFIG), 128L << 20);
    return to;
  }

  /** From the moment the task is assigned and running to the end of its last commit: all of it, and without its first fifth. */
  private static Progress.Costs[] run(KafkaStreams streams, Progress progress) throws InterruptedException {
    streams.setStateListener((now, before) -> {
      if (now == KafkaStreams.State.RUNNING) progress.assigned.countDown();
    });
    streams.setUncaughtExceptionHandler(error -> {
      error.printStackTrace();
      Runtime.getRuntime().halt(1);
      return null;
    });
    streams.start();
    progress.assigned.await();
    Progress.Costs began = progress.now();
    progress.done.await();
    streams.close(CLOSE);
    Progress.Costs ended = progress.now();
    return new Progress.Costs[] {ended.since(began), ended.since(progress.warm)};
  }

  /** How many outputs somebody sees who reads only what is committed. */
  private static long visible(String brokers, String topic, int partitions) {
    Map<String, Object> settings = Map.of("bootstrap.servers", brokers, "isolation.level", "read_committed");
    List<TopicPartition> all = java.util.stream.IntStream.range(0, partitions).mapToObj(p -> new TopicPartition(topic, p)).toList();
    try (var consumer = new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      consumer.assign(all);
      consumer.seekToBeginning(all);
      Map<TopicPartition, Long> ends = consumer.endOffsets(all);
      long seen = 0;
      while (all.stream().anyMatch(one -> consumer.position(one) < ends.get(one))) seen += consumer.poll(Duration.ofMillis(200)).count();
      return seen;
    }
  }

  private static void print(Progress.Costs whole, Progress.Costs warm, long mails, long visible) {
    System.out.printf(java.util.Locale.ROOT,
        "{\"records\":%d,\"cpuSeconds\":%.3f,\"wallSeconds\":%.3f,\"perCpuSecond\":%d,\"warmPerCpuSecond\":%d,\"mails\":%d,\"visible\":%d,\"java\":\"%s\"}%n",
        whole.records(), whole.cpuSeconds(), whole.wallSeconds(), Math.round(whole.records() / whole.cpuSeconds()),
        Math.round(warm.records() / warm.cpuSeconds()), mails, visible, System.getProperty("java.version"));
  }
}
