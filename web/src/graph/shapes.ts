import { NodeProgram } from 'sigma/rendering';
import type { NodeDisplayData, RenderParams } from 'sigma/types';
import { floatColor } from 'sigma/utils';
import type { EdgeData, NodeData } from './model';

/**
 * Square and diamond nodes with a border, so that a node's kind is told by its shape and not by
 * colour alone. One triangle covers the shape; the fragment shader cuts it by signed distance.
 * Circles come from @sigma/node-border.
 */
type ProgramInfo = Parameters<NodeProgram['setUniforms']>[1];
const UNIFORMS = ['u_sizeRatio', 'u_correctionRatio', 'u_matrix'] as const;
type Uniform = (typeof UNIFORMS)[number];
type ShapeData = NodeDisplayData & { readonly borderColor?: string };

const VERTEX = /* glsl */ `
attribute vec4 a_id;
attribute vec4 a_color;
attribute vec4 a_border;
attribute vec2 a_position;
attribute float a_size;
attribute float a_angle;
uniform mat3 u_matrix;
uniform float u_sizeRatio;
uniform float u_correctionRatio;
varying vec4 v_color;
varying vec4 v_border;
varying vec2 v_diff;
varying float v_radius;
const float bias = 255.0 / 254.0;

void main() {
  float unit = a_size * u_correctionRatio / u_sizeRatio;
  v_diff = unit * 6.0 * vec2(cos(a_angle), sin(a_angle));
  v_radius = unit * 2.0;
  gl_Position = vec4((u_matrix * vec3(a_position + v_diff, 1)).xy, 0, 1);
  #ifdef PICKING_MODE
  v_color = a_id;
  v_border = a_id;
  #else
  v_color = a_color;
  v_border = a_border;
  #endif
  v_color.a *= bias;
  v_border.a *= bias;
}`;

/** `distance` is a GLSL expression over `p` (from the centre) and `r` (radius), negative inside. */
const fragment = (distance: string) => /* glsl */ `
precision highp float;
varying vec4 v_color;
varying vec4 v_border;
varying vec2 v_diff;
varying float v_radius;
uniform float u_correctionRatio;

void main(void) {
  vec2 p = v_diff;
  float r = v_radius;
  float d = ${distance};
  #ifdef PICKING_MODE
  gl_FragColor = d > 0.0 ? vec4(0.0) : v_color;
  #else
  float feather = 1.6 * u_correctionRatio;
  float rim = max(0.2 * r, 2.4 * u_correctionRatio);
  vec4 inside = mix(v_color, v_border, smoothstep(-rim - feather, -rim, d));
  gl_FragColor = mix(inside, vec4(0.0), smoothstep(-feather, 0.0, d));
  #endif
}`;

const SQUARE =
  'length(max(abs(p) - vec2(0.66 * r), 0.0)) + min(max(abs(p.x), abs(p.y)) - 0.66 * r, 0.0) - 0.22 * r';
const DIAMOND = '(abs(p.x) + abs(p.y) - 1.22 * r) * 0.7071';

function shapeProgram(distance: string) {
  return class ShapeProgram extends NodeProgram<Uniform, NodeData, EdgeData> {
    getDefinition() {
      const { FLOAT, UNSIGNED_BYTE, TRIANGLES } = WebGLRenderingContext;
      const colour = { size: 4, type: UNSIGNED_BYTE, normalized: true };
      return {
        VERTICES: 3,
        VERTEX_SHADER_SOURCE: VERTEX,
        FRAGMENT_SHADER_SOURCE: fragment(distance),
        METHOD: TRIANGLES,
        UNIFORMS,
        ATTRIBUTES: [
          { name: 'a_position', size: 2, type: FLOAT },
          { name: 'a_size', size: 1, type: FLOAT },
          { name: 'a_color', ...colour },
          { name: 'a_border', ...colour },
          { name: 'a_id', ...colour },
        ],
        CONSTANT_ATTRIBUTES: [{ name: 'a_angle', size: 1, type: FLOAT }],
        CONSTANT_DATA: [[0], [(2 * Math.PI) / 3], [(4 * Math.PI) / 3]],
      };
    }

    processVisibleItem(nodeIndex: number, start: number, data: ShapeData) {
      this.array.set(
        [
          data.x,
          data.y,
          data.size,
          floatColor(data.color),
          floatColor(data.borderColor ?? data.color),
          nodeIndex,
        ],
        start,
      );
    }

    setUniforms(params: RenderParams, { gl, uniformLocations }: ProgramInfo) {
      const at = uniformLocations as Record<Uniform, WebGLUniformLocation>;
      gl.uniform1f(at.u_correctionRatio, params.correctionRatio);
      gl.uniform1f(at.u_sizeRatio, params.sizeRatio);
      gl.uniformMatrix3fv(at.u_matrix, false, params.matrix);
    }
  };
}

export const SquareProgram = shapeProgram(SQUARE);
export const DiamondProgram = shapeProgram(DIAMOND);
