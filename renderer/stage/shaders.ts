/**
 * Pass 1: every event is one point of one pixel in a texture of the sensor's size. Red gathers ON, green OFF.
 * Events outside the time window (from, to] are moved off the texture. Mode 0 counts events; mode 1 keeps the youngest, faded by age.
 */
export const pointVertex = `#version 300 es
layout(location = 0) in float t;
layout(location = 1) in vec2 pixel;
layout(location = 2) in float polarity;
uniform vec2 sensor;
uniform vec2 window;
uniform int mode;
flat out vec2 amount;
void main() {
  bool shown = t > window.x && t <= window.y;
  float weight = mode == 0 ? 1.0 / 255.0 : clamp((t - window.x) / (window.y - window.x), 0.02, 1.0);
  amount = polarity > 0.5 ? vec2(weight, 0.0) : vec2(0.0, weight);
  gl_Position = shown ? vec4((pixel + 0.5) / sensor * 2.0 - 1.0, 0.0, 1.0) : vec4(2.0, 2.0, 2.0, 1.0);
  gl_PointSize = 1.0;
}`

export const pointFragment = `#version 300 es
precision mediump float;
flat in vec2 amount;
out vec4 color;
void main() { color = vec4(amount, 0.0, 1.0); }`

/** Pass 2: the texture coloured by polarity, a canvas pixel for each sensor pixel; the page scales the canvas with crisp pixels. */
export const presentVertex = `#version 300 es
void main() {
  vec2 corner = vec2(float((gl_VertexID << 1) & 2), float(gl_VertexID & 2));
  gl_Position = vec4(corner * 2.0 - 1.0, 0.0, 1.0);
}`

export const presentFragment = `#version 300 es
precision highp float;
uniform sampler2D amounts;
uniform vec2 sensor;
uniform vec2 size;
uniform float gain;
uniform int mode;
uniform vec3 background;
uniform vec3 onColor;
uniform vec3 offColor;
out vec4 color;

float strength(float amount) {
  return mode == 0 ? 1.0 - exp(-gain * amount * 255.0) : amount;
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
