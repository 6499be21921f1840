/** Reads an event's two words (packed.ts). */
const unpack = `
layout(location = 0) in highp uvec2 event;
uniform highp uint until;
uniform highp uint span;
uint age() { return until - event.x; }
vec2 pixel() { return vec2(float(event.y & 0xffffu), float((event.y >> 16) & 0x7fffu)); }
bool on() { return (event.y & 0x80000000u) != 0u; }`

/**
 * Adding up: every event is one point of one pixel in a texture of the sensor's size. Red gathers ON, green OFF.
 * Mode 0 counts events; the others keep the youngest, as span - age in µs.
 */
export const pointVertex = `#version 300 es
precision highp float;${unpack}
uniform vec2 sensor;
uniform int mode;
flat out vec2 amount;
void main() {
  float weight = mode == 0 ? 1.0 : float(span - age());
  amount = on() ? vec2(weight, 0.0) : vec2(0.0, weight);
  gl_Position = age() < span ? vec4((pixel() + 0.5) / sensor * 2.0 - 1.0, 0.0, 1.0) : vec4(2.0, 2.0, 2.0, 1.0);
  gl_PointSize = 1.0;
}`

export const pointFragment = `#version 300 es
precision highp float;
flat in vec2 amount;
out vec4 color;
void main() { color = vec4(amount, 0.0, 1.0); }`

/** One triangle over the whole canvas. */
export const fullVertex = `#version 300 es
void main() {
  vec2 corner = vec2(float((gl_VertexID << 1) & 2), float(gl_VertexID & 2));
  gl_Position = vec4(corner * 2.0 - 1.0, 0.0, 1.0);
}`

/** The sums coloured by polarity, a canvas pixel for each sensor pixel; the page scales the canvas with crisp pixels. */
export const presentFragment = `#version 300 es
precision highp float;
uniform highp sampler2D amounts;
uniform vec2 sensor;
uniform vec2 size;
uniform float gain;
uniform float full;
uniform int mode;
uniform vec3 background;
uniform vec3 onColor;
uniform vec3 offColor;
out vec4 color;

float strength(float amount) {
  if (amount <= 0.0) return 0.0;
  if (mode == 0) return 1.0 - exp(-gain * amount);
  return max(0.04, mode == 1 ? amount / full : exp(3.0 * (amount / full - 1.0)));
}

void main() {
  // Upper left origin, as events have it.
  vec2 at = vec2(gl_FragCoord.x, size.y - gl_FragCoord.y);
  vec2 scale = sensor / size;
  vec2 first = floor(at * scale);
  vec2 found = vec2(0.0);
  // Where the sensor has more pixels than the canvas, a canvas pixel shows the strongest of those it covers.
  ivec2 taps = ivec2(clamp(ceil(scale), 1.0, 8.0));
  for (int row = 0; row < taps.y; row++)
    for (int column = 0; column < taps.x; column++) {
      ivec2 texel = min(ivec2(first) + ivec2(column, row), ivec2(sensor) - 1);
      found = max(found, texelFetch(amounts, texel, 0).rg);
    }
  float on = strength(found.x);
  float off = strength(found.y);
  float top = max(on, off);
  vec3 hue = top > 0.0 ? mix(offColor, onColor, on / (on + off)) : background;
  color = vec4(mix(background, hue, top), 1.0);
}`

/** The x-y-t cloud: rows of the transform take (x, y, age, 1) to clip coordinates. Older events fade into the background. */
export const cloudVertex = `#version 300 es
precision highp float;${unpack}
uniform mat4 transform;
uniform float pointSize;
uniform vec2 sensor;
uniform vec3 background;
uniform vec3 onColor;
uniform vec3 offColor;
flat out vec3 shade;
void main() {
  vec2 at = pixel();
  float fraction = float(age()) / float(span);
  shade = mix(on() ? onColor : offColor, background, 0.65 * fraction);
  bool shown = age() < span && at.x < sensor.x && at.y < sensor.y;
  gl_Position = shown ? transform * vec4(at + 0.5, fraction, 1.0) : vec4(2.0, 2.0, 2.0, 1.0);
  gl_PointSize = clamp(pointSize / gl_Position.w, 1.0, 16.0);
}`

export const cloudFragment = `#version 300 es
precision mediump float;
flat in vec3 shade;
out vec4 color;
void main() { color = vec4(shade, 1.0); }`

/** A picture made on the CPU, row 0 on top. */
export const copyFragment = `#version 300 es
precision mediump float;
uniform sampler2D picture;
uniform vec2 size;
out vec4 color;
void main() { color = texelFetch(picture, ivec2(gl_FragCoord.x, size.y - gl_FragCoord.y), 0); }`
