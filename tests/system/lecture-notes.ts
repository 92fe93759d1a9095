/** A small lecture script in Markdown: two chapters with two sections each, and one sentence that is not English. */
export const lectureNotes = `# Vectors

## What a vector is

A vector is a quantity with a length and a direction, and an arrow is the usual picture of it. Two vectors are equal when their lengths and their directions are equal, wherever their arrows begin. The sum of two vectors is found by putting the tail of one arrow at the tip of the other. A vector is multiplied by a number by changing its length and keeping its direction. In the plane a vector has two coordinates, in space it has three, and a program keeps them as an array. The length of a vector is the square root of the sum of the squares of its coordinates. A unit vector has the length one, and every vector but the zero vector can be divided by its length. A point of a model is moved by adding the same vector to all of its corners.

## Products of vectors

The dot product of two vectors is a number that tells how alike their directions are. It is the sum of the products of their coordinates, and it is zero when the vectors are perpendicular. A light is computed by the dot product of the direction to the lamp and the normal of the surface. The cross product of two vectors is perpendicular to both of them. The length of the cross product is the area of the parallelogram that the two vectors span. The normal of a triangle is found by the cross product of two of its edges. The order matters for the cross product, because the other order turns the normal around.

# Matrices

## Matrices as maps

A matrix describes a linear map, and its columns are the images of the basis vectors. A vector is mapped by multiplying it with the matrix, one row at a time. The product of two matrices is the map that does one after the other. A rotation of the plane is a matrix with two columns, which hold the cosine and the sine of the angle. Поворот сохраняет длины векторов. A scaling is a matrix with its factors along the diagonal and zeros elsewhere. The order of two maps matters, so the product of two matrices is in general not the same the other way round. A scene keeps one matrix for each of its objects and multiplies them along the tree.

## Inverse matrices

The inverse of a matrix undoes its map, so their product is the identity. A matrix has an inverse when its determinant is not zero. The determinant tells by how much the map scales areas, and its sign tells whether it mirrors them. The inverse of a rotation is its transpose, which costs nothing to compute. The camera of a scene is the inverse of the matrix that places it. Normals are mapped with the transpose of the inverse, or they are no longer perpendicular. A matrix that is nearly singular has an inverse with large entries, and rounding errors grow with them.
`;
