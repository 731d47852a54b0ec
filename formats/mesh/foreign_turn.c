/*
 * A matrix as translation, rotation and scale, which is all that a node of glTF can have. The
 * columns must be at right angles; their lengths are the scale, and what is left is a rotation,
 * told as a quaternion by the largest of its four parts (Shepperd, 1978).
 */
#include <math.h>

#include "formats/mesh/foreign_scene.h"

#define SHEAR_MOST 1e-5 /* cosine between columns; float32 matrices have some 1e-7 */

static double dot(const double *a, const double *b)
{
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

static void take_column(const float matrix[3][4], int column, double *to)
{
    for (int row = 0; row < 3; row++) {
        to[row] = (double)matrix[row][column];
    }
}

/* Lengths of the columns, which have length 1 then; false when some is none. */
static bool normalise(double columns[3][3], double *lengths)
{
    for (int i = 0; i < 3; i++) {
        lengths[i] = sqrt(dot(columns[i], columns[i]));
        if (!(lengths[i] > 1e-30 && lengths[i] < 1e30)) {
            return false;
        }
        for (int k = 0; k < 3; k++) {
            columns[i][k] /= lengths[i];
        }
    }
    return true;
}

static bool at_right_angles(double columns[3][3])
{
    return fabs(dot(columns[0], columns[1])) < SHEAR_MOST &&
           fabs(dot(columns[1], columns[2])) < SHEAR_MOST &&
           fabs(dot(columns[2], columns[0])) < SHEAR_MOST;
}

static double determinant(double c[3][3])
{
    return c[0][0] * (c[1][1] * c[2][2] - c[1][2] * c[2][1]) -
           c[1][0] * (c[0][1] * c[2][2] - c[0][2] * c[2][1]) +
           c[2][0] * (c[0][1] * c[1][2] - c[0][2] * c[1][1]);
}

/* c[i][k] is row k of column i. */
static void find_quaternion(double c[3][3], float *quaternion)
{
    const double trace = c[0][0] + c[1][1] + c[2][2];
    double q[4];
    double length;
    int i = 3;

    for (int k = 0; k < 3; k++) {
        if (c[k][k] > (i == 3 ? trace : c[i][i])) {
            i = k;
        }
    }
    if (i == 3) {
        q[3] = 1 + trace;
        q[0] = c[1][2] - c[2][1];
        q[1] = c[2][0] - c[0][2];
        q[2] = c[0][1] - c[1][0];
    } else {
        const int j = (i + 1) % 3;
        const int k = (i + 2) % 3;
        q[i] = 1 + c[i][i] - c[j][j] - c[k][k];
        q[j] = c[i][j] + c[j][i];
        q[k] = c[k][i] + c[i][k];
        q[3] = c[j][k] - c[k][j];
    }
    length = sqrt(dot(q, q) + q[3] * q[3]);
    for (int k = 0; k < 4; k++) {
        quaternion[k] = (float)(q[k] / length);
    }
}

static bool is_identity(const float matrix[3][4])
{
    for (int row = 0; row < 3; row++) {
        for (int column = 0; column < 4; column++) {
            if (matrix[row][column] != (row == column ? 1.0f : 0.0f)) {
                return false;
            }
        }
    }
    return true;
}

bool uvp_foreign_take_apart(const float matrix[3][4], struct uvp_writing_node *node)
{
    double columns[3][3];
    double lengths[3];

    node->is_moved = !is_identity(matrix);
    for (int i = 0; i < 3; i++) {
        take_column(matrix, i, columns[i]);
        node->translation[i] = matrix[i][3];
        if (!isfinite(matrix[i][3])) {
            return false;
        }
    }
    if (!normalise(columns, lengths) || !at_right_angles(columns)) {
        return false;
    }
    if (determinant(columns) < 0) { /* a mirror: turned over along one axis */
        lengths[0] = -lengths[0];
        for (int k = 0; k < 3; k++) {
            columns[0][k] = -columns[0][k];
        }
    }
    for (int i = 0; i < 3; i++) {
        node->scale[i] = (float)lengths[i];
    }
    find_quaternion(columns, node->rotation);
    return true;
}
