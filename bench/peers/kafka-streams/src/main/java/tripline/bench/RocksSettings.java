package tripline.bench;

import java.util.Map;
import org.apache.kafka.streams.state.RocksDBConfigSetter;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;

/** One block cache for both stores, memtables large enough that a checkpoint seldom waits for a flush, nothing compressed. */
public final class RocksSettings implements RocksDBConfigSetter {
  private static final Cache CACHE = new LRUCache(256L << 20);
  private static final long MEMTABLE_BYTES = 64L << 20;

  @Override
  public void setConfig(String store, Options options, Map<String, Object> configs) {
    BlockBasedTableConfig table = (BlockBasedTableConfig) options.tableFormatConfig();
    table.setBlockCache(CACHE);
    table.setCacheIndexAndFilterBlocks(true);
    table.setFilterPolicy(new BloomFilter(10));
    options.setTableFormatConfig(table);
    options.setWriteBufferSize(MEMTABLE_BYTES);
  }

  @Override
  public void close(String store, Options options) { }
}
