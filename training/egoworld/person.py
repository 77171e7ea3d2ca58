"""A seated person: head, torso, legs once; arms and hands anew for each pose.

World metres. The person sits at the origin facing +y; the left arm is the mirror image (x to -x) of a right arm.
"""

import numpy as np

from .hand import hand_mesh
from .joints import elbow_of
from .mesh import Mesh, merged, rotation_x, rotation_z
from .shapes import ball, box, rod
from .soft_shapes import Ellipsoid, RoundedCone, melted

HIPS = np.array([0.0, 0.0, 0.545])
SHOULDER = np.array([0.185, 0.035, 1.005])
NECK = np.array([0.0, 0.045, 1.075])        # where the head turns
EYES_FROM_NECK = np.array([0.0, 0.105, 0.155])  # the ego camera, on the bridge of the glasses, head upright
UPPER_ARM, FOREARM = 0.285, 0.260


def torso_mesh():
    """Chest, belly and collar in a shirt, upright; in world metres."""
    cones = [RoundedCone((0.075 * s, 0.00, 0.56), (0.085 * s, 0.015, 0.92), 0.118, 0.112, "shirt", 0.0025) for s in (-1, 1)]
    cones += [RoundedCone((0, 0.02, 0.62), (0, 0.03, 0.90), 0.125, 0.115, "shirt", 0.002)]
    cones += [RoundedCone((-0.150, 0.025, 0.990), (0.150, 0.025, 0.990), 0.068, 0.068, "shirt")]
    cones += [RoundedCone((0, 0.025, 1.00), (0, 0.038, 1.055), 0.080, 0.068, "shirt")]
    mesh = melted(cones, 0.009, [0.05, 0.05, 0.05, 0.07, 0.05])
    corners = mesh.vertices[mesh.triangles]
    facing = np.abs(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]))
    side_on = facing[:, 0] > facing[:, 1]
    mesh.corner_uv = np.where(side_on[:, None, None], corners[..., [1, 2]], corners[..., [0, 2]]).astype(np.float32)
    return mesh


def legs_mesh():
    """Thighs forward, shins down, shoes; in world metres."""
    meshes = []
    for side in (-1, 1):
        hip, knee = np.array([0.095 * side, 0.02, 0.545]), np.array([0.135 * side, 0.44, 0.535])
        ankle = np.array([0.130 * side, 0.40 + 0.03 * side, 0.10])
        meshes.append(melted([RoundedCone(hip, knee, 0.095, 0.066, "denim", 0.0015),
                              RoundedCone(knee, ankle, 0.066, 0.050, "denim", 0.0015)], 0.010, 0.03))
        meshes.append(melted([RoundedCone(ankle + (0, -0.02, -0.045), ankle + (0.01 * side, 0.15, -0.060), 0.042, 0.036, "shoe"),
                              RoundedCone(ankle + (0, 0, 0.01), ankle + (0, 0.01, -0.04), 0.044, 0.044, "shoe")], 0.008, 0.02))
        meshes.append(box(ankle + (0.005 * side, 0.065, -0.090), (0.085, 0.27, 0.022), "sole", 0.01))
    return merged(meshes)


def head_mesh():
    """Head with hair, ears, face and glasses; metres from the neck joint, looking along +y."""
    skull = [
        Ellipsoid((0, 0.020, 0.165), (0.074, 0.092, 0.098), "skin"),
        Ellipsoid((0, 0.052, 0.110), (0.055, 0.058, 0.066), "skin"),
        RoundedCone((0, 0.082, 0.068), (0, 0.085, 0.066), 0.024, 0.024, "skin"),
        RoundedCone((0, 0.105, 0.155), (0, 0.125, 0.122), 0.008, 0.014, "skin"),
        RoundedCone((0, -0.005, -0.06), (0, 0.005, 0.09), 0.056, 0.052, "skin"),
        RoundedCone((-0.030, 0.092, 0.168), (0.030, 0.092, 0.168), 0.011, 0.011, "skin"),
        Ellipsoid((0.074, 0.010, 0.142), (0.010, 0.020, 0.033), "skin"),
        Ellipsoid((-0.074, 0.010, 0.142), (0.010, 0.020, 0.033), "skin"),
    ]

    def paint(points, names):
        names = names.copy()
        lips = np.abs(points[:, 2] - 0.092 - 0.25 * np.abs(points[:, 0])) < 0.0075
        names[lips & (np.abs(points[:, 0]) < 0.025) & (points[:, 1] > 0.09)] = "lips"
        brow = np.abs(points[:, 2] - 0.176 + 0.12 * np.abs(points[:, 0])) < 0.005
        names[brow & (np.abs(np.abs(points[:, 0]) - 0.032) < 0.021) & (points[:, 1] > 0.08)] = "hair"
        return names

    face = melted(skull, 0.005, [0.02, 0.03, 0.03, 0.012, 0.03, 0.012, 0.01, 0.01], paint)
    hair = melted([Ellipsoid((0, -0.002, 0.190), (0.087, 0.098, 0.092), "hair"),
                   Ellipsoid((0, -0.040, 0.130), (0.080, 0.066, 0.085), "hair"),
                   RoundedCone((-0.055, 0.055, 0.236), (0.050, 0.070, 0.246), 0.026, 0.030, "hair"),
                   RoundedCone((0, -0.095, 0.205), (0, -0.118, 0.195), 0.034, 0.036, "hair")], 0.006, 0.025)
    features = []
    for side in (-1, 1):
        features.append(ball((0.031 * side, 0.093, 0.148), 0.0135, "eye_white", 16))
        features.append(ball((0.031 * side, 0.1035, 0.147), (0.0058, 0.0045, 0.0058), "iris", 12))
        for low, high in ((0.130, 0.130), (0.168, 0.168)):
            features.append(rod((0.012 * side, 0.121, low), (0.057 * side, 0.112, high), 0.0035, "black_plastic", segments=6))
        for x, y in ((0.012, 0.121), (0.057, 0.112)):
            features.append(rod((x * side, y, 0.130), (x * side, y, 0.168), 0.0035, "black_plastic", segments=6))
        features.append(rod((0.060 * side, 0.110, 0.160), (0.080 * side, 0.005, 0.158), 0.0045, "black_plastic", segments=6))
    features.append(rod((-0.012, 0.121, 0.158), (0.012, 0.121, 0.158), 0.0035, "black_plastic", segments=6))
    return merged([face, hair, features])


def torso_pose(lean, twist):
    """Rotation and translation that lean (degrees forward) and twist (degrees to the left) the upright torso."""
    rotation = rotation_x(-lean) @ rotation_z(twist)
    return rotation, HIPS - rotation @ HIPS


def head_pose(lean, twist, yaw, pitch):
    """Rotation and position of the head: `yaw` degrees to the left and `pitch` degrees down from straight ahead."""
    rotation, shift = torso_pose(lean, twist)
    return rotation_z(yaw) @ rotation_x(-pitch), rotation @ NECK + shift


def ego_eye(lean, twist, yaw, pitch):
    """World position of the ego camera."""
    rotation, neck = head_pose(lean, twist, yaw, pitch)
    return rotation @ EYES_FROM_NECK + neck


def arm_mesh(shoulder, wrist, rotation, curl, thumb):
    """A right arm and hand. All world metres; `rotation` as in `hand_mesh`."""
    elbow, wrist = elbow_of(shoulder, wrist, UPPER_ARM, FOREARM, (0.75, -0.35, -0.75))
    direction = (wrist - elbow) / FOREARM
    cuff = elbow + direction * 0.135
    sleeve = [RoundedCone(shoulder, elbow, 0.066, 0.051, "shirt", 0.003), RoundedCone(elbow, cuff, 0.051, 0.047, "shirt", 0.003),
              RoundedCone(elbow + direction * 0.125, cuff + direction * 0.012, 0.049, 0.049, "shirt")]
    hand_back = wrist - 0.02 * rotation[:, 1]
    skin = [RoundedCone(elbow + direction * 0.06, elbow + direction * 0.16, 0.041, 0.038, "skin"),
            RoundedCone(elbow + direction * 0.15, wrist - direction * 0.01, 0.038, 0.0270, "skin"),
            RoundedCone(wrist - direction * 0.03, hand_back, 0.0275, 0.0235, "skin")]
    return merged([melted(sleeve, 0.008, [0.03, 0.03, 0.008]), melted(skin, 0.006, 0.02),
                   hand_mesh(wrist, rotation, curl, thumb)])


def mirrored(mesh):
    """The mirror image in the plane x = 0."""
    flip = np.array([-1, 1, 1], np.float32)
    return Mesh(mesh.vertices * flip, mesh.normals * flip, mesh.triangles, mesh.corner_uv, mesh.material)
