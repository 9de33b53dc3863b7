"""The program that writes R's survival::myeloid as SDTM files."""
