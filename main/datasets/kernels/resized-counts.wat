;; Counting events into rows that already have the new width, and rows to the new height: f32, four at a time.
(module
  (memory (export "memory") 1)

  ;; Adds the weights of events from..to-1 to their rows. x, y: u16, p: u8, at these addresses; column k's weights are the four f32
  ;; at weights + 16 k, the first for the row's pixel i32 starts[k]. Rows are `stride` bytes apart, plane ON `plane` bytes after OFF.
  ;; Returns how many events were added: it stops before one outside width x height.
  (func (export "add") (param $x i32) (param $y i32) (param $p i32) (param $count i32) (param $lines i32) (param $stride i32) (param $plane i32)
    (param $width i32) (param $height i32) (param $starts i32) (param $weights i32) (result i32)
    (local $i i32) (local $column i32) (local $row i32) (local $at i32)
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $i) (local.get $count)))
        (local.set $column (i32.load16_u (i32.add (local.get $x) (i32.shl (local.get $i) (i32.const 1)))))
        (local.set $row (i32.load16_u (i32.add (local.get $y) (i32.shl (local.get $i) (i32.const 1)))))
        (br_if $done (i32.or (i32.ge_u (local.get $column) (local.get $width)) (i32.ge_u (local.get $row) (local.get $height))))
        (local.set $at (i32.add
          (i32.add
            (i32.add (local.get $lines) (i32.mul (local.get $row) (local.get $stride)))
            (i32.mul (i32.load8_u (i32.add (local.get $p) (local.get $i))) (local.get $plane)))
          (i32.load (i32.add (local.get $starts) (i32.shl (local.get $column) (i32.const 2))))))
        (v128.store (local.get $at) (f32x4.add (v128.load (local.get $at))
          (v128.load (i32.add (local.get $weights) (i32.shl (local.get $column) (i32.const 4))))))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br $next)))
    (local.get $i))

  ;; Rows of `planes` planes to the new height: out row k of a plane is a b of its rows i32 from[k] and the next one, with the f32 a, b
  ;; at parts + 8 k. Writes up to 12 bytes behind the last row. Rows of the input are cleared behind it by the caller.
  (func (export "stretch") (param $lines i32) (param $stride i32) (param $height i32) (param $planes i32) (param $out i32) (param $toWidth i32)
    (param $toHeight i32) (param $from i32) (param $parts i32)
    (local $k i32) (local $line i32) (local $end i32) (local $at i32) (local $a v128) (local $b v128)
    (local.set $at (local.get $out))
    (block $done
      (loop $plane
        (br_if $done (i32.eqz (local.get $planes)))
        (local.set $k (i32.const 0))
        (loop $row
          (local.set $line (i32.add (local.get $lines)
            (i32.mul (i32.load (i32.add (local.get $from) (i32.shl (local.get $k) (i32.const 2)))) (local.get $stride))))
          (local.set $a (v128.load32_splat (i32.add (local.get $parts) (i32.shl (local.get $k) (i32.const 3)))))
          (local.set $b (v128.load32_splat offset=4 (i32.add (local.get $parts) (i32.shl (local.get $k) (i32.const 3)))))
          (local.set $out (local.get $at))
          (local.set $end (i32.add (local.get $at) (i32.shl (local.get $toWidth) (i32.const 2))))
          (loop $four
            (v128.store (local.get $at) (f32x4.add
              (f32x4.mul (local.get $a) (v128.load (local.get $line)))
              (f32x4.mul (local.get $b) (v128.load (i32.add (local.get $line) (local.get $stride))))))
            (local.set $line (i32.add (local.get $line) (i32.const 16)))
            (local.set $at (i32.add (local.get $at) (i32.const 16)))
            (br_if $four (i32.lt_u (local.get $at) (local.get $end))))
          (local.set $at (local.get $end))
          (local.set $k (i32.add (local.get $k) (i32.const 1)))
          (br_if $row (i32.lt_u (local.get $k) (local.get $toHeight))))
        (local.set $lines (i32.add (local.get $lines) (i32.mul (local.get $height) (local.get $stride))))
        (local.set $planes (i32.sub (local.get $planes) (i32.const 1)))
        (br $plane)))))
