/**
 * Chunks as the C libraries pack them (h5py 3.7 with LZF, hdf5plugin 4.0.1 with C-Blosc 1.21 and LZ4), base64: 2048 numbers,
 * x = 7 i mod 34 in two bytes, or t = 3 i + 1000 in four.
 */
export interface PackedChunk {
  readonly name: string
  readonly column: 'x' | 't'
  /** Numbers of the filters, with their values. */
  readonly filters: readonly (readonly [id: number, ...values: number[]])[]
  readonly base64: string
}

export const packedChunks: readonly PackedChunk[] = [
  {
    name: 'LZF x',
    column: 'x',
    filters: [[32000, 4, 261, 4096]],
    base64:
      'HwAABwAOABUAHAABAAgADwAWAB0AAgAJABAAFwAeAAMAHwoAEQAYAB8ABAALABIAGQAgAAUADAATABoAIQAGAA0ABBQAGwAA4P9D4f8P4v8f4/' +
      '8v5P8/5f9P5v9f5/9v6P9/6f9L6v9b6/9r7P977f+L7v+b7zirAQ8A',
  },
  {
    name: 'LZF shuffled t',
    column: 't',
    filters: [[2, 4], [32000, 4, 261, 8192]],
    base64:
      'H+jr7vH09/r9AAMGCQwPEhUYGx4hJCcqLTAzNjk8P0JFH0hLTlFUV1pdYGNmaWxvcnV4e36BhIeKjZCTlpmcn6KlH6irrrG0t7q9wMPGyczP0t' +
      'XY297h5Ofq7fDz9vn8/wIFHwgLDhEUFxodICMmKSwvMjU4Oz5BREdKTVBTVllcX2JlH2hrbnF0d3p9gIOGiYyPkpWYm56hpKeqrbCztrm8v8LF' +
      'H8jLztHU19rd4OPm6ezv8vX4+/4BBAcKDRATFhkcHyIlHygrLjE0Nzo9QENGSUxPUlVYW15hZGdqbXBzdnl8f4KFH4iLjpGUl5qdoKOmqayvsr' +
      'W4u77BxMfKzdDT1tnc3+LlAOjg///h///i///j///k///l///mxv8AA6AAAATgTAAABeBLAAAG4EsAAAfgTAAACOBLAAAJ4EsAAArgTAAAC+BL' +
      'AAAM4EsAAA3gTAAADuBLAAAP4EsAABDgTAAAEeBLAAAS4EsAABPgTAAAFOBLAAAV4EsAABbgTAAAF+BLAAAY4EsAABngTAAAGuBLAAAb4EMAAA' +
      'Dg/wDg/wDg/wDg/wDg/wDg/wDg/wDg/wDg/wDg/wDg/wDg/wDg/wDg/wDg/wDgfAABAAA=',
  },
  {
    name: 'LZ4 x',
    column: 'x',
    filters: [[32004, 1024]],
    base64:
      'AAAAAAAAEAAAAAQAAAAAUv81AAAHAA4AFQAcAAEACAAPABYAHQACAAkAEAAXAB4AAwAKABEAGAAfAAQACwASABkAIAAFAAwAEwAaACEABgANAB' +
      'QAGwBEAP///6dQAAAABwAAAABS/zUOABUAHAABAAgADwAWAB0AAgAJABAAFwAeAAMACgARABgAHwAEAAsAEgAZACAABQAMABMAGgAhAAYADQAU' +
      'ABsAAAAHAEQA////p1AADgAVAAAAAFL/NRwAAQAIAA8AFgAdAAIACQAQABcAHgADAAoAEQAYAB8ABAALABIAGQAgAAUADAATABoAIQAGAA0AFA' +
      'AbAAAABwAOABUARAD///+nUAAcAAEAAAAAUv81CAAPABYAHQACAAkAEAAXAB4AAwAKABEAGAAfAAQACwASABkAIAAFAAwAEwAaACEABgANABQA' +
      'GwAAAAcADgAVABwAAQBEAP///6dQAAgADwA=',
  },
  {
    name: 'Blosc blosclz x',
    column: 'x',
    filters: [[32001, 2, 2, 2, 4096, 9, 0, 0]],
    base64:
      'AgEAAgAQAAAAEAAAxgAAABQAAABVAAAAPwAABwAOABUAHAABAAgADwAWAB0AAgAJABAAFwAeAAMAHwoAEQAYAB8ABAALABIAGQAgAAUADAATAB' +
      'oAIQAGAA0AAxQAGwDg/////////7dDAgAVAFUAAAA/HAABAAgADwAWAB0AAgAJABAAFwAeAAMACgARABgAHwAfBAALABIAGQAgAAUADAATABoA' +
      'IQAGAA0AFAAbAAAABwADDgAVAOD/////////t0MCAA8A',
  },
  {
    name: 'Blosc blosclz shuffled t',
    column: 't',
    filters: [[32001, 2, 2, 4, 8192, 9, 1, 0]],
    base64:
      'AgEBBAAgAAAAIAAA+QEAABQAAAAUAQAAP+jr7vH09/r9AAMGCQwPEhUYGx4hJCcqLTAzNjk8P0JFH0hLTlFUV1pdYGNmaWxvcnV4e36BhIeKjZ' +
      'CTlpmcn6KlH6irrrG0t7q9wMPGyczP0tXY297h5Ofq7fDz9vn8/wIFHwgLDhEUFxodICMmKSwvMjU4Oz5BREdKTVBTVllcX2JlH2hrbnF0d3p9' +
      'gIOGiYyPkpWYm56hpKeqrbCztrm8v8LFH8jLztHU19rd4OPm6ezv8vX4+/4BBAcKDRATFhkcHyIlHygrLjE0Nzo9QENGSUxPUlVYW15hZGdqbX' +
      'Bzdnl8f4KFH4iLjpGUl5qdoKOmqayvsrW4u77BxMfKzdDT1tnc3+Ll4P////////v/AeLlmwAAACgDAwMDAwMDAwTgSwABBAXgSgABBQbgSgAB' +
      'BgfgSwABBwjgSgABCAngSgABCQrgSwABCgvgSgABCwzgSgABDA3gSwABDQ7gSgABDg/gSgABDxDgSwABEBHgSgABERLgSgABEhPgSwABExTgSg' +
      'ABFBXgSgABFRbgSwABFhfgSgABFxjgSgABGBngSwABGRrgSgABGhvgQAACGxsbEwAAACMAAAAA4P/////////3AwIAAAATAAAAIwAAAADg////' +
      '//////cDAgAAAA==',
  },
  {
    name: 'Blosc lz4 x',
    column: 'x',
    filters: [[32001, 2, 2, 2, 4096, 9, 0, 1]],
    base64:
      'AgEgAgAQAAAAEAAAyAAAABQAAABWAAAA/zUAAAcADgAVABwAAQAIAA8AFgAdAAIACQAQABcAHgADAAoAEQAYAB8ABAALABIAGQAgAAUADAATAB' +
      'oAIQAGAA0AFAAbAEQA/////////6tQAA4AFQBWAAAA/zUcAAEACAAPABYAHQACAAkAEAAXAB4AAwAKABEAGAAfAAQACwASABkAIAAFAAwAEwAa' +
      'ACEABgANABQAGwAAAAcADgAVAEQA/////////6tQAAgADwA=',
  },
  {
    name: 'Blosc lz4 shuffled t',
    column: 't',
    filters: [[32001, 2, 2, 4, 8192, 9, 1, 1]],
    base64:
      'AgEhBAAgAAAAIAAA2wEAABQAAAARAQAA//Ho6+7x9Pf6/QADBgkMDxIVGBseISQnKi0wMzY5PD9CRUhLTlFUV1pdYGNmaWxvcnV4e36BhIeKjZ' +
      'CTlpmcn6KlqKuusbS3ur3Aw8bJzM/S1djb3uHk5+rt8PP2+fz/AgUICw4RFBcaHSAjJiksLzI1ODs+QURHSk1QU1ZZXF9iZWhrbnF0d3p9gIOG' +
      'iYyPkpWYm56hpKeqrbCztrm8v8LFyMvO0dTX2t3g4+bp7O/y9fj7/gEEBwoNEBMWGRwfIiUoKy4xNDc6PUBDRklMT1JVWFteYWRnam1wc3Z5fH' +
      '+ChYiLjpGUl5qdoKOmqayvsrW4u77BxMfKzdDT1tnc3+LlAAH////////uUNnc3+LlggAAABMDAQAfBAEAQh8FAQBBHwYBAEEfBwEAQh8IAQBB' +
      'HwkBAEEfCgEAQh8LAQBBHwwBAEEfDQEAQh8OAQBBHw8BAEEfEAEAQh8RAQBBHxIBAEEfEwEAQh8UAQBBHxUBAEEfFgEAQh8XAQBBHxgBAEEfGQ' +
      'EAQh8aAQBBHxsBADRQGxsbGxsSAAAAHwABAP/////////uUAAAAAAAEgAAAB8AAQD/////////7lAAAAAAAA==',
  },
  {
    name: 'Blosc zlib x',
    column: 'x',
    filters: [[32001, 2, 2, 2, 4096, 9, 0, 4]],
    base64:
      'AgFgAgAQAAAAEAAArwAAABQAAABJAAAAeNrtzAsSQgAUAMD1jSQVKiHc/5Kdo5m3B1hOrkaLRKXztErVbl6+Mmd3b5tc42GyK1z0Pg6l1mAmjj' +
      'jiiCOOOOL4q+MHh31B6UoAAAB42u3MCRaBABQAwGlRKaHSKuT+l3QO7/05wOwSlZvJS+rsbvaWqXUWH7lGb3U4uRhsvgqthydKV6M9jjjiiCOO' +
      'OOL4q+MHR2RB8w==',
  },
  {
    name: 'Blosc zlib shuffled t',
    column: 't',
    filters: [[32001, 2, 2, 4, 8192, 9, 1, 4]],
    base64:
      'AgFhBAAgAAAAIAAAuwEAABQAAAAoAQAAeNp78frdxy/ff/1lYGbj5OEXEpWQllNUUdfSNTA2s7Sxd3L18PYLDAmPik1ITsvMyS8qraiua2xp7+' +
      'qdMHnazDnzFy1dsXrdxi3bd+09cPjYyTPnL129cfvewyfPX7398Pnbzz//mVg5uPkERcSlZBWU1TR19I1MLaztHF3cvXwDgsMiY+KTUjOy8wpL' +
      'yqtqG5rbOnv6J02dMXvewiXLV63dsHnbzj37Dx09cfrcxSvXb9198PjZyzfvP3398fsfIws7F6+AsJikjLySqoa2nqGJuZWtg7Obp49/UGhEdF' +
      'xiSnpWbkFxWWVNfVNrR3ffxCnTZ81dsHjZyjXrN23dsXvfwSPHT529cPnazTv3Hz19Mer/Uf+P+n/U/6P+H/X/CPQ/AEGZ/C5BAAAAeNq1wbcB' +
      'gCAAALABexfB+v+fDr5gkhA+BVEKlVATjdAKHdELgzASkzALC7EKUdiIJGRhJw7hFC7iFp4/vVazezkXAAAAeNpjYBgFo2AUjIJRMApGwUgDAA' +
      'gAAAEXAAAAeNpjYBgFo2AUjIJRMApGwUgDAAgAAAE=',
  },
  {
    name: 'Blosc zstd x',
    column: 'x',
    filters: [[32001, 2, 2, 2, 4096, 9, 0, 5]],
    base64:
      'AgGQAgAQAAAAEAAAUwAAABQAAAA7AAAAKLUv/WAAD40BAEKECQcQEF8zYpwCt9SmMVA7ZRYBs9Il8YuNKofeKzQp7FqfyCC36jwOAQBE7g8/RA' +
      'E=',
  },
  {
    name: 'Blosc zstd shuffled t',
    column: 't',
    filters: [[32001, 2, 2, 4, 8192, 9, 1, 5]],
    base64:
      'AgGRBAAgAAAAIAAAaQEAABQAAABRAQAAKLUv/WAAHz0KAKQR6Ovu8fT3+v0AAwYJDA8SFRgbHiEkJyotMDM2OTw/QkVIS05RVFdaXWBjZmlsb3' +
      'J1eHt+gYSHio2Qk5aZnJ+ipairrrG0t7q9wMPGyczP0tXY297h5Ofq7fDz9vn8/wIFCAsOERQXGh0gIyYpLC8yNTg7PkFER0pNUFNWWVxfYmVo' +
      'a25xdHd6fYCDhomMj5KVmJueoaSnqq2ws7a5vL/CxcjLztHU19rd4OPm6ezv8vX4+/4BBAcKDRATFhkcHyIlKCsuMTQ3Oj1AQ0ZJTE9SVVhbXm' +
      'FkZ2ptcHN2eXx/goWIi46RlJeanaCjpqmsr7K1uLu+wcTHys3Q09bZ3N/i5QMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhsAG6gQ8Pv/Z/DZDhBG' +
      'hP//P9EbB/xPGSVCREiMEiEhJIQcIcSRoAD0OyBTCg==',
  },
  {
    name: 'Blosc zstd bit-shuffled t',
    column: 't',
    filters: [[32001, 2, 2, 4, 8192, 9, 2, 5]],
    base64:
      'AgGUBAAgAAAAIAAAnwAAABQAAACHAAAAKLUv/WAAH+0DAFJFCw/gaQ2mYJVOFYAJOA6wLKS3js7oatjR2V3hv41+tm2/OmzPRmk21IWhAoWIES' +
      'OggXg1LCysWwwgcZoO/NLfTHenCQnTMQGmgAIBBCGpUPlgKm1y0zltuIcmc0C2CxOCC3LgnjxSb7jQ4dMoep9UyneqfSn4KXwUPgWV',
  },
  {
    name: 'Blosc lz4 bit-shuffled x',
    column: 'x',
    filters: [[32001, 2, 2, 2, 4096, 9, 2, 1]],
    base64:
      'AgEkAgAQAAAAEAAArAAAABQAAAB+AAAAH6oBAOz/AoblaVgalqdhaViehqVheRqWEQDc/wKeYxjGeY5hGOc5hmGc5xiGcREA3P8C1EqtlFIrtV' +
      'JKrdRKKbVSK6URANz/AhhzzhhjzDljjDHnjDHGnDPGEQDc/wIAAAAhAAAAhAAAABACAABACBEA3g8CAP/nUAAAAAAAEgAAAB8AAQD/////////' +
      '7lAAAAAAAA==',
  },
]
