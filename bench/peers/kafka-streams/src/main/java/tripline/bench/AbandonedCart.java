package tripline.bench;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * A cart worth 20 or more, and no order of it for an hour: a mail, once ten seconds have passed for stragglers. Another item begins the hour again.
 * A1. `carts` holds each open cart under person and cart; `deadlines` holds it once, under an instant not after its deadline.
 * A2. Another item moves the deadline of the cart only; the index is moved when its instant has come.
 */
final class AbandonedCart implements Processor<String, Input, String, byte[]> {
  static final String CARTS = "carts";
  static final String DEADLINES = "deadlines";
  static final double VALUE_MIN = 20;
  static final long WINDOW_MS = 3_600_000;
  static final long SETTLE_MS = 10_000;
  private static final byte[] NOTHING = new byte[0];
  private static final byte[] FROM = instant(0);

  private final Progress progress;
  private ProcessorContext<String, byte[]> context;
  private KeyValueStore<Bytes, byte[]> carts;
  private KeyValueStore<Bytes, byte[]> deadlines;

  AbandonedCart(Progress progress) {
    this.progress = progress;
  }

  @Override
  public void init(ProcessorContext<String, byte[]> context) {
    this.context = context;
    carts = context.getStateStore(CARTS);
    deadlines = context.getStateStore(DEADLINES);
  }

  @Override
  public void process(Record<String, Input> record) {
    Input input = record.value();
    switch (input.kind()) {
      case CART -> { if (input.value() >= VALUE_MIN) added(record.key(), input); }
      case ORDER -> ordered(record.key(), input);
      case TICK -> passed(input.at() - SETTLE_MS);
      case OTHER -> { }
    }
    progress.read();
  }

  private void added(String person, Input input) {
    Bytes key = keyOf(person, input.cartId());
    long deadline = input.at() + WINDOW_MS;
    Cart open = open(key, input.at());
    long indexedAt = open == null ? deadline : open.indexedAt();
    carts.put(key, new Cart(deadline, indexedAt, input.value(), input.id(), input.sku()).toBytes());
    if (open == null) deadlines.put(indexKey(deadline, key), NOTHING);
  }

  /** Who orders while stragglers are waited for is not written to; one that came after that is too late, also where no tick has said so yet. */
  private void ordered(String person, Input input) {
    Bytes key = keyOf(person, input.cartId());
    byte[] bytes = carts.get(key);
    if (bytes == null) return;
    Cart cart = Cart.of(bytes);
    if (input.at() >= cart.deadline() + SETTLE_MS) mail(key, cart);
    forget(key, cart);
  }

  /** The open cart; one whose hour was over at `at` is decided by the item that begins it anew: mailed first, and open no more. */
  private Cart open(Bytes key, long at) {
    byte[] bytes = carts.get(key);
    Cart cart = bytes == null ? null : Cart.of(bytes);
    if (cart == null || at < cart.deadline()) return cart;
    mail(key, cart);
    forget(key, cart);
    return null;
  }

  private void forget(Bytes key, Cart cart) {
    carts.delete(key);
    deadlines.delete(indexKey(cart.indexedAt(), key));
  }

  /** Everything indexed up to `upTo`: due, or to be indexed anew. Gathered first: a store is not written under its own iterator. */
  private void passed(long upTo) {
    List<Bytes> due = new ArrayList<>();
    try (KeyValueIterator<Bytes, byte[]> all = deadlines.range(Bytes.wrap(FROM), Bytes.wrap(instant(upTo + 1)))) {
      while (all.hasNext()) {
        KeyValue<Bytes, byte[]> next = all.next();
        due.add(next.key);
      }
    }
    for (Bytes index : due) decide(index, upTo);
  }

  private void decide(Bytes index, long upTo) {
    Bytes key = Bytes.wrap(java.util.Arrays.copyOfRange(index.get(), Long.BYTES, index.get().length));
    Cart cart = Cart.of(carts.get(key));
    deadlines.delete(index);
    if (cart.deadline() > upTo) {
      carts.put(key, new Cart(cart.deadline(), cart.deadline(), cart.value(), cart.id(), cart.sku()).toBytes());
      deadlines.put(indexKey(cart.deadline(), key), NOTHING);
    } else {
      mail(key, cart);
      carts.delete(key);
    }
  }

  private void mail(Bytes key, Cart cart) {
    String names = new String(key.get(), StandardCharsets.UTF_8);
    int split = names.indexOf('\0');
    String person = names.substring(0, split);
    String action = "{\"kind\":\"action\",\"trigger\":\"abandoned-cart\",\"step\":\"mail\",\"template\":\"cart-reminder\",\"person\":\"" + person
        + "\",\"cart\":{\"cartId\":\"" + names.substring(split + 1) + "\",\"sku\":\"" + cart.sku() + "\",\"value\":" + cart.value()
        + "},\"event\":\"" + cart.id() + "\",\"at\":" + cart.deadline() + "}";
    context.forward(new Record<>(person, action.getBytes(StandardCharsets.UTF_8), cart.deadline()));
    progress.wrote();
  }

  private static Bytes keyOf(String person, String cartId) {
    return Bytes.wrap((person + '\0' + cartId).getBytes(StandardCharsets.UTF_8));
  }

  /** Big-endian, so that the order of bytes is the order of time. */
  private static Bytes indexKey(long at, Bytes key) {
    return Bytes.wrap(ByteBuffer.allocate(Long.BYTES + key.get().length).putLong(at).put(key.get()).array());
  }

  private static byte[] instant(long at) {
    return ByteBuffer.allocate(Long.BYTES).putLong(at).array();
  }
}
