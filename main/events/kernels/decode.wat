;; Decoding of records where nothing is special about them, eight at a time. Memory: RECORDS records as they lie in the file
;; from byte 0, then the columns t (f64, µs), x, y (u16) and p (u8), record k's event at k. Each function decodes records from..end-1
;; and returns where it stopped: before the first eight with anything special among them, and before the last ones where there are fewer than eight.
(module
  (memory (export "memory") 3)
  (global (export "records") i32 (i32.const 8192))
  (global (export "t") i32 (i32.const 65536))
  (global (export "x") i32 (i32.const 131072))
  (global (export "y") i32 (i32.const 147456))
  (global (export "p") i32 (i32.const 163840))

  ;; Four times (u32) as f64 µs to t[n..n+3].
  (func $times (param $n i32) (param $times v128) (param $base v128)
    (local $at i32)
    (local.set $at (i32.shl (local.get $n) (i32.const 3)))
    (v128.store offset=65536 (local.get $at) (f64x2.add (local.get $base) (f64x2.convert_low_i32x4_u (local.get $times))))
    (v128.store offset=65552 (local.get $at) (f64x2.add (local.get $base) (f64x2.convert_low_i32x4_u
      (i8x16.shuffle 8 9 10 11 12 13 14 15 8 9 10 11 12 13 14 15 (local.get $times) (local.get $times))))))

  ;; AEDAT 2 of a DVS128: big-endian u32 address, u32 µs. Special: bits of the address that are no event or not the camera's,
  ;; times of 0, times whose top bit is not that of the latest one.
  (func (export "dvs128") (param $n i32) (param $end i32) (param $last i32) (param $base f64) (result i32)
    (local $at i32)
    (local $bases v128) (local $lasts v128)
    (local $a v128) (local $b v128) (local $ta v128) (local $tb v128) (local $first v128) (local $second v128)
    (local.set $bases (f64x2.splat (local.get $base)))
    (local.set $lasts (i32x4.splat (local.get $last)))
    (block $done
      (loop $eight
        (br_if $done (i32.gt_u (i32.add (local.get $n) (i32.const 8)) (local.get $end)))
        (local.set $at (i32.shl (local.get $n) (i32.const 3)))
        (local.set $first (v128.load (local.get $at)))
        (local.set $second (v128.load offset=16 (local.get $at)))
        (local.set $a (i8x16.shuffle 3 2 1 0 11 10 9 8 19 18 17 16 27 26 25 24 (local.get $first) (local.get $second)))
        (local.set $ta (i8x16.shuffle 7 6 5 4 15 14 13 12 23 22 21 20 31 30 29 28 (local.get $first) (local.get $second)))
        (local.set $first (v128.load offset=32 (local.get $at)))
        (local.set $second (v128.load offset=48 (local.get $at)))
        (local.set $b (i8x16.shuffle 3 2 1 0 11 10 9 8 19 18 17 16 27 26 25 24 (local.get $first) (local.get $second)))
        (local.set $tb (i8x16.shuffle 7 6 5 4 15 14 13 12 23 22 21 20 31 30 29 28 (local.get $first) (local.get $second)))
        (br_if $done (v128.any_true (v128.or
          (v128.and (v128.or (local.get $a) (local.get $b)) (i32x4.splat (i32.const 0xffff8000)))
          (v128.or
            (v128.or (i32x4.eq (local.get $ta) (i32x4.splat (i32.const 0))) (i32x4.eq (local.get $tb) (i32x4.splat (i32.const 0))))
            (v128.and
              (v128.or (v128.xor (local.get $ta) (local.get $lasts)) (v128.xor (local.get $tb) (local.get $lasts)))
              (i32x4.splat (i32.const 0x80000000)))))))
        (call $times (local.get $n) (local.get $ta) (local.get $bases))
        (call $times (i32.add (local.get $n) (i32.const 4)) (local.get $tb) (local.get $bases))
        ;; Bits 1..7 are 127 - x, bits 8..14 y upwards, bit 0 is 0 for ON: all of them are turned over, in 16-bit lanes.
        (local.set $a (v128.xor
          (i16x8.narrow_i32x4_u (local.get $a) (local.get $b))
          (i16x8.splat (i32.const 0x7fff))))
        (v128.store offset=131072 (i32.shl (local.get $n) (i32.const 1))
          (v128.and (i16x8.shr_u (local.get $a) (i32.const 1)) (i16x8.splat (i32.const 127))))
        (v128.store offset=147456 (i32.shl (local.get $n) (i32.const 1)) (i16x8.shr_u (local.get $a) (i32.const 8)))
        (local.set $a (v128.and (local.get $a) (i16x8.splat (i32.const 1))))
        (v128.store64_lane offset=163840 0 (local.get $n) (i8x16.narrow_i16x8_u (local.get $a) (local.get $a)))
        (local.set $n (i32.add (local.get $n) (i32.const 8)))
        (br $eight)))
    (local.get $n))

  ;; 40-bit events: u8 x, u8 y, polarity and 23 bits of µs, big-endian. Special: coordinates past the largest ones given, times that
  ;; run backwards.
  (func (export "nmnist") (param $n i32) (param $end i32) (param $last i32) (param $base f64) (param $xMax i32) (param $yMax i32) (result i32)
    (local $at i32)
    (local $bases v128) (local $before v128) (local $xs v128) (local $ys v128) (local $right v128) (local $bottom v128)
    (local $wa v128) (local $wb v128) (local $ta v128) (local $tb v128)
    (local.set $bases (f64x2.splat (local.get $base)))
    (local.set $before (i32x4.splat (local.get $last)))
    (local.set $right (i8x16.splat (local.get $xMax)))
    (local.set $bottom (i8x16.splat (local.get $yMax)))
    (block $done
      (loop $eight
        (br_if $done (i32.gt_u (i32.add (local.get $n) (i32.const 8)) (local.get $end)))
        (local.set $at (i32.mul (local.get $n) (i32.const 5)))
        (local.set $xs (i8x16.shuffle 0 5 10 15 16 21 26 31 0 0 0 0 0 0 0 0
          (v128.load (local.get $at)) (v128.load offset=20 (local.get $at))))
        (local.set $ys (i8x16.shuffle 0 5 10 15 16 21 26 31 0 0 0 0 0 0 0 0
          (v128.load offset=1 (local.get $at)) (v128.load offset=21 (local.get $at))))
        (local.set $wa (i8x16.shuffle 4 3 2 2 9 8 7 7 14 13 12 12 31 30 29 29
          (v128.load (local.get $at)) (v128.load offset=4 (local.get $at))))
        (local.set $wb (i8x16.shuffle 4 3 2 2 9 8 7 7 14 13 12 12 31 30 29 29
          (v128.load offset=20 (local.get $at)) (v128.load offset=24 (local.get $at))))
        (local.set $ta (v128.and (local.get $wa) (i32x4.splat (i32.const 0x7fffff))))
        (local.set $tb (v128.and (local.get $wb) (i32x4.splat (i32.const 0x7fffff))))
        (br_if $done (v128.any_true (v128.or
          (v128.or (i8x16.gt_u (local.get $xs) (local.get $right)) (i8x16.gt_u (local.get $ys) (local.get $bottom)))
          (v128.or
            (i32x4.gt_s (i8x16.shuffle 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 (local.get $before) (local.get $ta)) (local.get $ta))
            (i32x4.gt_s (i8x16.shuffle 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 (local.get $ta) (local.get $tb)) (local.get $tb))))))
        (local.set $before (local.get $tb))
        (call $times (local.get $n) (local.get $ta) (local.get $bases))
        (call $times (i32.add (local.get $n) (i32.const 4)) (local.get $tb) (local.get $bases))
        (v128.store offset=131072 (i32.shl (local.get $n) (i32.const 1)) (i16x8.extend_low_i8x16_u (local.get $xs)))
        (v128.store offset=147456 (i32.shl (local.get $n) (i32.const 1)) (i16x8.extend_low_i8x16_u (local.get $ys)))
        (local.set $wa (i16x8.narrow_i32x4_u (i32x4.shr_u (local.get $wa) (i32.const 31)) (i32x4.shr_u (local.get $wb) (i32.const 31))))
        (v128.store64_lane offset=163840 0 (local.get $n) (i8x16.narrow_i16x8_u (local.get $wa) (local.get $wa)))
        (local.set $n (i32.add (local.get $n) (i32.const 8)))
        (br $eight)))
    (local.get $n)))
