"""The dashboard in Streamlit: the tiles of bi/dashboard, drawn from the published release."""
