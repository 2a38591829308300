package tripline.bench;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.serialization.Deserializer;

/** What a record asks of the application; `at` is its event time, of a tick the instant up to which time has passed. */
record Input(Kind kind, long at, String id, String cartId, String sku, double value) {
  enum Kind { CART, ORDER, TICK, OTHER }

  private static final Input OTHER = new Input(Kind.OTHER, 0, null, null, null, 0);
  private static final JsonFactory JSON = new JsonFactory();
  private static final byte[] CART = ascii("{\"kind\":\"event\",\"name\":\"cart.item_added\"");
  private static final byte[] ORDER = ascii("{\"kind\":\"event\",\"name\":\"order.completed\"");
  private static final byte[] TICK = ascii("{\"kind\":\"tick\"");

  /** Looks at the first bytes; only what has a name that matters is parsed, as a stream of tokens, and made objects of. */
  static final Deserializer<Input> DESERIALIZER = (topic, bytes) -> {
    if (begins(bytes, CART)) return parse(Kind.CART, bytes);
    if (begins(bytes, ORDER)) return parse(Kind.ORDER, bytes);
    return begins(bytes, TICK) ? parse(Kind.TICK, bytes) : OTHER;
  };

  private static Input parse(Kind kind, byte[] bytes) {
    try (JsonParser json = JSON.createParser(bytes)) {
      return read(kind, json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The fields of properties are read as if they were the event's own: no two that matter share a name. */
  private static Input read(Kind kind, JsonParser json) throws IOException {
    long at = 0;
    String id = null;
    String cartId = null;
    String sku = null;
    double value = 0;
    for (JsonToken token = json.nextToken(); token != null; token = json.nextToken()) {
      if (token != JsonToken.FIELD_NAME) continue;
      String field = json.currentName();
      json.nextToken();
      switch (field) {
        case "timestamp", "upTo" -> at = json.getLongValue();
        case "id" -> id = json.getText();
        case "cartId" -> cartId = json.getText();
        case "sku" -> sku = json.getText();
        case "value" -> value = json.getDoubleValue();
        default -> { }
      }
    }
    return new Input(kind, at, id, cartId, sku, value);
  }

  private static boolean begins(byte[] bytes, byte[] with) {
    return bytes.length > with.length && java.util.Arrays.equals(bytes, 0, with.length, with, 0, with.length);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
