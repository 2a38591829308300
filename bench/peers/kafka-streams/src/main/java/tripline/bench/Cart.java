package tripline.bench;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** An open cart: when its absence is decided, under which instant the index of deadlines holds it, and what the mail needs. */
record Cart(long deadline, long indexedAt, double value, String id, String sku) {
  byte[] toBytes() {
    byte[] idBytes = id.getBytes(StandardCharsets.UTF_8);
    byte[] skuBytes = sku.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(8 * 3 + 2 + idBytes.length + skuBytes.length)
        .putLong(deadline).putLong(indexedAt).putDouble(value)
        .putShort((short) idBytes.length).put(idBytes).put(skuBytes).array();
  }

  static Cart of(byte[] bytes) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    long deadline = buffer.getLong();
    long indexedAt = buffer.getLong();
    double value = buffer.getDouble();
    int idLength = buffer.getShort();
    int idAt = buffer.position();
    String id = new String(bytes, idAt, idLength, StandardCharsets.UTF_8);
    String sku = new String(bytes, idAt + idLength, bytes.length - idAt - idLength, StandardCharsets.UTF_8);
    return new Cart(deadline, indexedAt, value, id, sku);
  }
}
